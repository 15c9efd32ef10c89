from tests.worked_examples import PAGE, page


def test_the_page_of_worked_examples_says_what_the_code_does():
    assert PAGE.read_text() == page()

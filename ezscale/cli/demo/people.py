"""Who buys from the demo company. All of them are made up, and their addresses lead nowhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who will become a customer: where they live, what they run, and what it is called."""

    name: str
    company: str
    domain: str
    address: str
    city: str
    postcode: str
    country: str
    currency: str

    @property
    def email(self) -> str:
        """Their first name at their own domain."""
        first = self.name.split()[0].lower().translate(PLAIN)
        return f"{first}@{self.domain}.example"


PLAIN = str.maketrans("áéèëïíöøüûçñšžłąęåäčćś'", "aeeeiioouucnszlaeaaccs-")

PEOPLE = tuple(
    Person(*(part.strip() for part in line.split("|")))
    for line in """
Nora Lindqvist     | Fjordline Studio        | fjordline   | Storgata 14             | Bergen       | 5015     | NO | EUR
Tom Whitaker       | Whitaker & Sons         | whitaker    | 22 Mill Lane            | Leeds        | LS1 4DY  | GB | GBP
Elif Demir         | Kuzey Yazilim           | kuzey       | Istiklal Caddesi 88     | Istanbul     | 34430    | TR | EUR
Marta Kowalska     | Bursztyn Handel         | bursztyn    | ul. Długa 31            | Gdańsk       | 80-827   | PL | EUR
James Okafor       | Okafor Logistics        | okafor      | 410 Peachtree Street    | Atlanta      | 30308    | US | USD
Sofia Ferreira     | Azulejo Tours           | azulejo     | Rua da Prata 102        | Lisbon       | 1100-420 | PT | EUR
Liam O'Connor      |                         | oconnor     | 9 Quay Street           | Galway       | H91 E92T | IE | EUR
Hannah Schneider   | Schneider Elektronik    | schneider   | Lindenstraße 7          | Leipzig      | 04109    | DE | EUR
Priya Raman        | Monsoon Analytics       | monsoon     | 1180 Folsom Street      | San Francisco | 94103   | US | USD
Lucas Moreau       | Atelier Moreau          | moreau      | 18 rue des Lices        | Rennes       | 35000    | FR | EUR
Grace Mbeki        | Protea Games            | protea      | 61 Deansgate            | Manchester   | M3 2BA   | GB | GBP
Mateo García       | Huerta Digital          | huerta      | Calle Colón 45          | Valencia     | 46004    | ES | EUR
Ingrid Bakker      | Bakker Bloembollen      | bakker      | Herengracht 212         | Amsterdam    | 1016 BS  | NL | EUR
Daniel Cohen       | Cohen Legal             | cohenlegal  | 77 Water Street         | New York     | 10005    | US | USD
Chiara Romano      | Pasta Romano            | pastaromano | Via Garibaldi 12        | Bologna      | 40121    | IT | EUR
Oliver Hughes      |                         | hughes      | 3 Castle Terrace        | Edinburgh    | EH1 2DP  | GB | GBP
Zuzana Nováková    | Jizera Sport            | jizera      | Pražská 5               | Liberec      | 460 01   | CZ | EUR
Emma Johansson     | Norrsken Media          | norrsken    | Kungsgatan 40           | Umeå         | 903 25   | SE | EUR
Carlos Mendoza     | Mendoza Imports         | mendoza     | 2200 Commerce Street    | Dallas       | 75201    | US | USD
Aoife Byrne        | Byrne Architects        | byrne       | 16 South Mall           | Cork         | T12 V6F9 | IE | EUR
Felix Wagner       | Spielwiese              | spielwiese  | Kastanienallee 71       | Berlin       | 10435    | DE | EUR
Amelia Clarke      | Clarke Cycles           | clarke      | 8 Bridge Street         | Cambridge    | CB2 1UA  | GB | GBP
Yuki Tanaka        | Hoshi Design            | hoshi       | 310 Jackson Street      | Seattle      | 98104    | US | USD
Nikos Papadakis    | Kritiko Ladi            | kritiko     | 25is Avgoustou 19       | Heraklion    | 712 02   | GR | EUR
Sarah Mitchell     | Prairie Weather         | prairie     | 120 Main Street         | Omaha        | 68102    | US | USD
Pieter Claes       | Claes Fietsen           | claes       | Korenmarkt 3            | Ghent        | 9000     | BE | EUR
Katarina Horvat    | Adria Charter           | adria       | Riva 8                  | Split        | 21000    | HR | EUR
Noah Fischer       |                         | noahfischer | Mariahilfer Straße 54   | Vienna       | 1070     | AT | EUR
Isabella Rossi     | Studio Rossi            | studiorossi | Corso Vittorio 90       | Turin        | 10128    | IT | EUR
Ahmed Hassan       | Crescent Books          | crescent    | 14 Whitechapel Road     | London       | E1 1EW   | GB | GBP
Mikael Virtanen    | Saari Ohjelmistot       | saari       | Aleksanterinkatu 21     | Tampere      | 33100    | FI | EUR
Chloe Dubois       | Librairie Dubois        | dubois      | 6 place Bellecour       | Lyon         | 69002    | FR | EUR
Ethan Brooks       | Brooks Brewing          | brooks      | 55 Canal Street         | Portland     | 04101    | US | USD
Ana Popescu        | Carpat Trans            | carpat      | Strada Republicii 30    | Brașov       | 500030   | RO | EUR
Freya Nielsen      | Havnen Keramik          | havnen      | Nyhavn 27               | Copenhagen   | 1051     | DK | EUR
George Evans       | Evans Roofing           | evans       | 40 St Mary Street       | Cardiff      | CF10 1AB | GB | GBP
Linda Nguyen       | Lotus Kitchen           | lotus       | 905 Bellaire Boulevard  | Houston      | 77036    | US | USD
Tomas Vaitkus      | Gintaro Sistemos        | gintaro     | Gedimino prospektas 9   | Vilnius      | 01103    | LT | EUR
Julia Weber        | Weberei                 | weberei     | Domplatz 2              | Linz         | 4020     | AT | EUR
Rachel Adams       | Adams Accounting        | adams       | 700 Walnut Street       | Philadelphia | 19106    | US | USD
Diego Alvarez      |                         | alvarez     | Gran Vía 15             | Bilbao       | 48001    | ES | EUR
Maja Petrović      | Drina Outdoor           | drina       | Slovenska cesta 11      | Ljubljana    | 1000     | SI | EUR
Callum Fraser      | Fraser Whisky Tours     | fraser      | 12 High Street          | Inverness    | IV1 1HT  | GB | GBP
Olivia Turner      |                         | turner      | 1401 Pearl Street       | Boulder      | 80302    | US | USD
""".strip().splitlines()
)

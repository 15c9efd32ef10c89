"""The hosted pages' one style sheet: light and dark, from a phone to a desk."""

STYLE = """
:root { color-scheme: light dark; --page: #f6f8fa; --sheet: #fff; --text: #1a1f36; --soft: #525f7f; --line: #d8dee8;
  --accent: #4f46e5; --on-accent: #fff; --bad: #b3093c; --bad-soft: #fdeef2; --note: #fff4d6; --on-note: #6b4800; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0f131c; --sheet: #181e2a; --text: #e8ecf4; --soft: #a3aec2; --line: #323b4d;
    --accent: #a5a0ff; --on-accent: #14112f; --bad: #ff9db5; --bad-soft: #3a1822; --note: #40320f; --on-note: #ffdf94; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header { display: flex; gap: .75rem; align-items: center; max-width: 60rem; margin: 0 auto; padding: 1.25rem 1.25rem 0;
  color: var(--soft); font-size: .875rem; }
header p { margin: 0; }
.badge { background: var(--note); color: var(--on-note); padding: .1rem .6rem; border-radius: 1rem; font-weight: 600; }
main { max-width: 60rem; margin: 0 auto; padding: 1.25rem; }
.columns { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }
.narrow { max-width: 28rem; margin-top: 3rem; padding: 1.5rem; }
.summary, .tests { padding: .5rem 0; }
.card { background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; padding: 1.5rem; }
h1 { font-size: 1.125rem; font-weight: 600; color: var(--soft); margin: 1rem 0; }
.narrow h1 { color: var(--text); font-size: 1.375rem; margin: 0 0 .5rem; }
h2 { font-size: 1rem; margin: 0 0 1rem; }
.amount { display: block; color: var(--text); font-size: 2.25rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.lines { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
.lines li { display: flex; justify-content: space-between; gap: 1rem; padding: .75rem 0; font-variant-numeric: tabular-nums; }
a { color: var(--accent); }
.back { display: inline-block; padding: .25rem 0; text-decoration: none; }
.back:hover { text-decoration: underline; }
form { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; align-items: start; }
.narrow form { display: block; }
.number, .name, form > button { grid-column: 1 / -1; }
label { display: block; font-size: .875rem; font-weight: 600; margin-bottom: .25rem; }
input { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; color: inherit; background: var(--page);
  border: 1px solid var(--line); border-radius: 8px; font-variant-numeric: tabular-nums; }
input::placeholder { color: var(--soft); opacity: 1; }
input[aria-invalid] { border-color: var(--bad); }
:is(input, button, a):focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.error { color: var(--bad); font-size: .875rem; margin: .25rem 0 0; }
.alert { background: var(--bad-soft); color: var(--bad); border-radius: 8px; padding: .625rem .875rem; margin: 0 0 1rem; }
button { min-height: 2.75rem; padding: .5rem 1.25rem; font: inherit; font-weight: 600; cursor: pointer;
  border: 1px solid var(--accent); border-radius: 8px; background: var(--accent); color: var(--on-accent); }
button:hover { filter: brightness(1.08); }
.quiet { background: transparent; color: var(--accent); }
.choices { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
fieldset { margin: 1rem 0 0; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: 8px; }
legend { font-size: .875rem; font-weight: 600; padding: 0 .25rem; }
.choice { display: flex; gap: .75rem; align-items: center; min-height: 2.75rem; }
.choice input { flex: none; width: 1.25rem; min-height: 1.25rem; margin: 0; }
.choice label { flex: 1; margin: 0; font-weight: 400; }
.consent, .tests > p { color: var(--soft); font-size: .875rem; margin: 1rem 0 0; }
.tests > p { margin: -.5rem 0 .75rem; }
.tests ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); }
.tests a { display: block; height: 100%; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--sheet); text-decoration: none; color: inherit; font-size: .875rem; }
.tests a:hover, .tests a[aria-current] { border-color: var(--accent); }
.tests code { display: block; color: var(--accent); font-size: .9375rem; }
@media (min-width: 48rem) {
  .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr); column-gap: 3rem; padding-top: 2rem; }
  .tests { grid-column: 1 / -1; }
}
"""

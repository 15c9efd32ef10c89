"""The one style sheet of the sandbox's page: light and dark, from a telephone to a desk."""

STYLE = """
:root { color-scheme: light dark; --ground: #f6f7f9; --sheet: #fff; --ink: #17202b; --quiet: #56616f; --line: #dde2e8;
  --accent: #0b5cad; --on-accent: #fff; --bad: #a3261b; --good: #17693a; }
@media (prefers-color-scheme: dark) { :root { --ground: #10151b; --sheet: #181f28; --ink: #e7ecf2; --quiet: #a3afbd;
  --line: #2c3643; --accent: #7db8f5; --on-accent: #0c1622; --bad: #ff9d92; --good: #7fd6a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 1180px; margin: 0 auto; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: 1rem; justify-content: space-between; align-items: end; }
nav { display: flex; flex-wrap: wrap; gap: 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; } h3 { font-size: 1rem; margin: 0; }
main > section:first-child h2 { margin-top: .5rem; }
p { margin: .25rem 0; } a { color: var(--accent); } code { overflow-wrap: anywhere; font-size: .9em; }
.quiet { color: var(--quiet); } .bad { color: var(--bad); } .good { color: var(--good); } ul.bad { padding-left: 1.2rem; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.card, .scroll { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
.card { padding: 1rem; } .card form { display: grid; gap: .35rem; margin-top: .75rem; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; } label { color: var(--quiet); font-size: .9rem; }
input, select, button { font: inherit; color: inherit; min-height: 2.5rem; padding: .4rem .7rem; border-radius: 8px;
  border: 1px solid var(--line); background: var(--ground); width: 100%; }
button { background: var(--accent); color: var(--on-accent); border-color: transparent; cursor: pointer; }
button.second { background: transparent; color: var(--accent); border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
dl { display: grid; gap: .5rem; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); margin: 0 0 1rem; }
dl div { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: .5rem .75rem; }
dt { color: var(--quiet); font-size: .85rem; } dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin-top: 1rem; } table { border-collapse: collapse; width: 100%; font-size: .88rem; }
caption { text-align: left; font-weight: 600; padding: .75rem; } th, td { text-align: left; padding: .4rem .75rem;
  border-top: 1px solid var(--line); white-space: nowrap; vertical-align: top; } th { color: var(--quiet); }
"""

"""How the company does business: the decisions that staff make in the panel."""

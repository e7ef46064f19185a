"""The paper, arXiv:2108.07365 (PRB 106, L180406), reproduced."""

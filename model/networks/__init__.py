"""The paper's networks in torch, one a file."""

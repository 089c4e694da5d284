"""The paper's tables and figures, one a file, discovered: a new file here is a new section."""

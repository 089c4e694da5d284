"""What ships (safetensors and model cards), and where the rest comes from, with hashes."""

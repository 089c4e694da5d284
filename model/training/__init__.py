"""The training stages of section 4.3; stage 2, the unsupervised RTSAE, is here."""

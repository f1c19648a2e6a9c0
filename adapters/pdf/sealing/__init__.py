"""Seals on PDF files: the office's key, PAdES signatures made with it, and the judge of what others hand in.

Everything here works on bytes and files and knows nothing of envelopes. Only `stamping` speaks to a network.
"""

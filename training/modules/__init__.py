"""What PyTorch lacks, as plain modules with no import of Strata: an exported model.py holds their source.

Each class stands on its own; its file imports only torch.
"""

"""Ready models, each small and complete: read one, then change it."""

from .bert import BERT
from .convnets import LeNet5, MiniResNet, ResidualBlock
from .gpt import GPT
from .recurrent import CharRNN, Seq2Seq
from .vit import ViT

__all__ = [
    "BERT",
    "GPT",
    "CharRNN",
    "LeNet5",
    "MiniResNet",
    "ResidualBlock",
    "Seq2Seq",
    "ViT",
]

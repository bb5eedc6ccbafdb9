"""Models, each small and complete in one file: read it, train it, change it."""

from .bert import BERT, mask_tokens
from .char_rnn import CharRNN
from .gpt import GPT
from .lenet import LeNet5
from .resnet import MiniResNet
from .sampling import sample_token
from .seq2seq import Seq2Seq
from .vit import ViT

__all__ = [
    "BERT",
    "GPT",
    "CharRNN",
    "LeNet5",
    "MiniResNet",
    "Seq2Seq",
    "ViT",
    "mask_tokens",
    "sample_token",
]

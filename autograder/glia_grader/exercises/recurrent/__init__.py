"""Recurrent networks: steps, sequences, backpropagation through time, gates."""

ORDER = (
    "rnn_step",
    "rnn_forward",
    "many_to_one",
    "seq2seq_greedy",
    "rnn_backward",
    "jacobian_product",
    "clip_gradient",
    "truncated_bptt",
    "lstm_step",
    "lstm_step_backward",
    "gru_step",
    "train_surnames",
)
"""The exercises of this unit in teaching order."""

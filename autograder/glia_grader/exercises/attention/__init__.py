"""Attention and transformers: scores, masks, heads, positions, blocks, sampling, a small GPT."""

ORDER = (
    "dot_attention",
    "attention_mask",
    "scaled_dot_product_attention",
    "attention_backward",
    "multi_head_attention",
    "positional_encoding",
    "layer_norm",
    "transformer_block",
    "cross_attention",
    "next_token_probabilities",
    "kv_cache_step",
    "train_gpt",
)
"""The exercises of this unit in teaching order."""

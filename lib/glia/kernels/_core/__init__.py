"""The engine room: the few places where LLVM vectors are written by hand.

numba's wheels carry no vector mathematics, and its loops over float32 fall short of what the CPU
can do. Here are the primitives that the schedules in `glia.kernels` are built from, each with its
formula and its register plan; nobody needs to read them to understand the rest.

A primitive works on float32 values at an address, and takes whatever stride its caller says: it
checks nothing. With NUMBA_DISABLE_JIT=1 the same names are plain Python on numpy (`plain`).

| module | primitive |
| --- | --- |
| `target` | how many lanes a vector of this CPU has, and how many registers a tile may take |
| `lanes` | arithmetic, exp and tanh on a vector |
| `loops` | a formula run over arrays, with an optional sum or maximum |
| `gemm` | C ← start + A B by tiles that stay in registers |
| `transpose` | a matrix turned in blocks that stay in registers |
| `memory` | the address of an array |
| `external` | a primitive compiled once and called from every kernel |
"""

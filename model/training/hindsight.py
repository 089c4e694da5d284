"""What opening would have saved: the gate's teacher, made from the clip itself.

Shape legend: N sequences, T steps. The objective in the text of section 3.2 ("utilise sparse
keyframes to reconstruct the original sequence") with a hold memory is

    sum_t |x_t - m_t|^2 + sum of the price at each open gate,

and for a sequence that is known to its end the best decision at every step, from every memory, is
found by dynamic programming. Its advantage trains the gate directly. Through soft gates alone the
same objective reaches its decisions only by gradients that leak through half-open gates.
No label is used: the teacher sees the features that the gate sees, and their future.
"""

import torch
from torch import Tensor


def advantage_of_opening(x_NTD: Tensor, price_NT: Tensor) -> Tensor:
    """A[n, t, j]: cost of staying closed minus cost of opening at step t, holding x_j, j < t.

    Both costs include the best decisions afterwards; squared feature units. Positive: open.
    """
    distance_NTT = torch.cdist(x_NTD, x_NTD).square()
    N, T, _ = distance_NTT.shape
    to_go_NT = x_NTD.new_zeros(N, T)  # the best cost from step t + 1 on, holding x_j
    advantage_NTT = x_NTD.new_zeros(N, T, T)
    for t in range(T - 1, -1, -1):
        closed_NT = distance_NTT[:, t] + to_go_NT
        opened_N1 = (price_NT[:, t] + to_go_NT[:, t])[:, None]
        advantage_NTT[:, t] = closed_NT - opened_N1
        to_go_NT = torch.minimum(closed_NT, opened_N1)
    return advantage_NTT

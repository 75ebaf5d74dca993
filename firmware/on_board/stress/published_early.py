"""The two sides of a BBQueue whose producer is wrong on purpose: `stress` must notice.

It commits a grant and then fills it. By turns that is right, and at the same moment it is not.
"""

import uctypes
from on_board.stress import bbqueue
from on_board.stress.data import draw, fill

KINDS = ("stream",)


def sides(kind, capacity, amount, seed):
    check, writing, reading = bbqueue.sides(kind, capacity, amount, seed)
    return check, _Early(writing.end, amount, seed), reading


class _Early(bbqueue._Writing):
    def work(self):
        size = min(1 + draw(self.choices, len(self.grant)), self.left)
        address = uctypes.addressof(self.grant.view)
        ahead = self.begin()
        self.grant.commit(size)
        fill(ahead, address, size)
        return self.ended(size)

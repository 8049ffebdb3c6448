"""Stage 4: Claude's typed answer, still untrusted, and the seam through which Claude is asked."""

from healer.proposal.model import Block, Message, Model, Reply, Request, ToolCall
from healer.proposal.propose import propose
from healer.proposal.purse import check_prices
from healer.proposal.spend import Spend
from healer.proposal.value import Attempt, Edit, Exchange, Proposal, RegressionTest

__all__ = [
    "Attempt",
    "Block",
    "Edit",
    "Exchange",
    "Message",
    "Model",
    "Proposal",
    "RegressionTest",
    "Reply",
    "Request",
    "Spend",
    "ToolCall",
    "check_prices",
    "propose",
]

from expertpool.fees.models.accounts import AccountCode, BankAccount
from expertpool.fees.models.corrections import CORRECTIONS, CorrectionRequest
from expertpool.fees.models.lines import FEES, ITEMS, MINUTES, MOST_NOTE, OTHER, FeeLine
from expertpool.fees.models.payments import Payment, PaymentBatch, PaymentRequest
from expertpool.fees.models.rates import MULTIPLES, SUMS, FeeRate

__all__ = [
    "CORRECTIONS",
    "FEES",
    "ITEMS",
    "MINUTES",
    "MOST_NOTE",
    "MULTIPLES",
    "OTHER",
    "SUMS",
    "AccountCode",
    "BankAccount",
    "CorrectionRequest",
    "FeeLine",
    "FeeRate",
    "Payment",
    "PaymentBatch",
    "PaymentRequest",
]

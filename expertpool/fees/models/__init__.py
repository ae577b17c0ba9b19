from expertpool.fees.models.accounts import AccountCode, BankAccount
from expertpool.fees.models.lines import FEES, ITEMS, MINUTES, OTHER, FeeLine
from expertpool.fees.models.payments import Payment, PaymentBatch, PaymentRequest
from expertpool.fees.models.rates import MULTIPLES, SUMS, FeeRate

__all__ = [
    "FEES",
    "ITEMS",
    "MINUTES",
    "MULTIPLES",
    "OTHER",
    "SUMS",
    "AccountCode",
    "BankAccount",
    "FeeLine",
    "FeeRate",
    "Payment",
    "PaymentBatch",
    "PaymentRequest",
]

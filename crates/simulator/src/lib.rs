//! HTTP servers that speak a provider's protocol, with faults and a truth ledger.

-- With the digest of the payment, whose row and attempts are written already.
INSERT INTO event (payment_serial, version, consumer, kind, state, at, digest)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, digest FROM payment_digest WHERE serial = ?1

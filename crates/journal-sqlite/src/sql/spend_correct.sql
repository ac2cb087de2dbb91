-- A payment counts ?3 more, or less, than before. Never refuses: the news it comes with must be kept.
INSERT INTO spend (consumer, day, amount) VALUES (?1, ?2, max(?3, 0))
ON CONFLICT (consumer, day) DO UPDATE SET amount = min(max(amount + ?3, 0), 9000000000000000000)

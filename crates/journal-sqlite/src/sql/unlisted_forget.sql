DELETE FROM unlisted_reply WHERE provider = ?1 AND text_index = ?2 AND count = 1

UPDATE unlisted_reply SET count = count - 1 WHERE provider = ?1 AND text_index = ?2 AND count > 1

UPDATE send_journal SET covered = ?1 WHERE covered < ?1

SELECT covered FROM send_journal

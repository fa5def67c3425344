"""The command line: words in, words out. The only printer; no argparse namespace leaves this package."""

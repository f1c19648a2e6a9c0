"""Paraaf in Slack: what people do there comes in through the door, answers and messages go out through the Web API.

door       every request: signature, parsing, duplicates, Bolt
listeners  the few listeners that Bolt knows
reading    a payload as a neutral interaction
answering  a neutral answer as Slack shows it, in time
messenger  the port `Messenger`
directory  the port `Directory`
api        the Web API and the one place where its failures are translated (`errors`)
app        everything together, for the composition root
"""

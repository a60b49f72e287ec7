"""The shop over REST, for programs: all of it is here, and what it does is done by the rooms below."""

"""The local judge: is the wording of a sentence in the abstracts that it cites?"""

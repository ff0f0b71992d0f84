"""Latin first names, as foreigners have them and as people here take them for work: Vivian, Kevin, Ahmed."""

from __future__ import annotations

import re

_USUAL = """
Aaron Abby Abigail Ada Adam Adele Adrian Agnes Ahmad Ahmed Aidan Aileen Alan Albert Alex Alexander Alexandra Alfred
Ali Alice Alicia Alina Alisa Alison Allen Alvin Amanda Amber Amelia Amir Amy Ana Anastasia Andre Andrea Andrew Andy
Angela Angelina Angie Anita Ann Anna Anne Annie Anthony Anton Antonio Arthur Ashley Audrey Aurora Austin Barbara Becky
Bella Ben Benjamin Benny Bernard Betty Bill Billy Bob Bobby Bonnie Boris Brandon Brenda Brian Bruce Bruno Bryan Calvin
Camilla Candice Candy Carl Carlos Carmen Carol Caroline Carrie Catherine Cathy Cecilia Charles Charlie Charlotte
Chelsea Cherry Cheryl Chloe Chris Christian Christina Christine Christopher Cindy Claire Clara Claudia Colin Connie
Crystal Cynthia Daisy Daniel Danny Daphne David Dean Debby Deborah Dennis Derek Diana Diego Dmitri Dmitry Dominic
Donald Donna Dora Doris Dorothy Dylan Eason Eddie Edison Edward Edwin Elaine Eleanor Elena Eli Elin Elisa Elizabeth
Ella Ellen Elsa Elvis Emily Emma Eric Erica Erik Ernest Esther Ethan Eugene Eva Evan Eve Evelyn Fanny Farid Fatima
Felix Fiona Flora Florence Frank Franklin Fred Freda Frederick Gabriel Gary Gavin Gemma George Gerald Gigi Gina
Giovanni Gloria Gordon Grace Greg Hannah Hans Harold Harris Harry Harvey Hassan Heather Hebe Hector Helen Helena Henry
Herman Hilda Howard Hugo Ian Ibrahim Igor Irene Iris Isaac Isabel Isabella Ivan Ivy Jack Jackie Jackson Jacky Jacob
James Jamie Jane Janet Janice Jared Jasmine Jason Jasper Jay Jean Jeff Jeffrey Jennifer Jenny Jeremy Jerry Jess Jesse
Jessica Jessie Jill Jim Jimmy Joan Joanna Jocelyn Joe Joel Johan John Johnny Jonas Jonathan Jose Joseph Josephine
Joshua Joyce Juan Judy Julia Julian Julie Juliet Justin Karen Karim Karl Kate Katherine Kathy Katie Katrina Kay Keith
Kelly Kelvin Ken Kenneth Kenny Kent Kevin Khalid Kiki Kim Kitty Krishna Kyle Lance Larry Laura Lauren Lawrence Leila
Lena Leo Leon Leonard Leslie Lewis Liam Lily Linda Lisa Liz Lola Lorraine Louis Louise Lucas Lucia Lucy Luis Luke Luna
Lydia Lynn Mabel Maggie Mandy Marco Marcus Margaret Maria Marie Mario Mark Martha Martin Marvin Mary Mason Mateo Matt
Matthew Maxim Megan Melanie Melissa Michael Michelle Miguel Mike Mila Miles Millie Minnie Miranda Miriam Mohamed
Mohammed Molly Mona Monica Morgan Muhammad Murat Murphy Mustafa Nancy Naomi Natalia Natalie Natasha Nathan Neil Nelson
Nick Nicholas Nicole Nigel Nikita Nina Nora Norman Oleg Oliver Olivia Omar Oscar Owen Pablo Pamela Patricia Patrick
Paul Paula Pedro Peggy Penny Peter Phil Philip Phoebe Polly Priya Queenie Rachel Rafael Rahul Raj Rajesh Ralph Ray
Raymond Rebecca Regina Renee Rex Richard Rick Ricky Rita Rob Robert Roberto Robin Roger Roland Ron Ronald Rose Rosie
Roy Ruby Rupert Russell Ruth Ryan Sabrina Sally Sam Samantha Samson Samuel Sandra Sandy Sara Sarah Scott Sean Selina
Serena Sergei Sergey Shannon Sharon Sheila Shelly Sherry Shirley Simon Simona Sofia Sonia Sophia Sophie Stanley Stella
Stephanie Stephen Steve Steven Stewart Stuart Sue Sunny Susan Suzy Sylvia Ted Teresa Terry Theo Theresa Thomas Tiffany
Tim Timothy Tina Toby Todd Tom Tommy Tony Tracy Travis Trevor Vanessa Vera Vernon Veronica Vicky Victor Victoria
Vincent Viola Violet Viktor Vivi Vivian Vladimir Walter Wayne Wendy Wesley William Wilson Winnie Winston Xavier
Yolanda Youssef Yuki Yusuf Yvonne Zachary Zoe
"""
_NAMES = frozenset(_USUAL.split())
_WORD = re.compile(r"(?<![A-Za-z0-9._@-])(?P<first>[A-Z][a-z]{1,10})(?: [A-Z][a-z]{1,10})?(?![A-Za-z0-9._@-])")


def find_first_name(text: str, begin: int = 0) -> tuple[int, int] | None:
    """Where (start, end) a Latin first name of the usual ones stands first in `text` from `begin` on, a surname behind
    it included; None without one."""
    return next((match.span() for match in _WORD.finditer(text, begin) if match["first"] in _NAMES), None)

"""placeholder"""
import click
command = click.Command("grade")

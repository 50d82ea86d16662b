"""What keeps the service from being used: the key, the base URL, online access; and which key is used."""

from __future__ import annotations

SENTENCES = {
    "key.none_for_account": "There is no key for the account of {name}. Choose that account, then resume it",
    "key.missing": "Add your API key to start: put the key from {account} into the add-on's preferences",
    "key.missing_headless": (
        "Add your API key to start: put the key from {account} into the add-on's preferences, or set {variable}"
    ),
    "key.too_long": "The API key is too long. Copy it again from {account}",
    "key.invalid_characters": "The API key has invalid characters. Copy it again from {account}",
    "key.client_id": "This is a client ID, not an API key. Copy the API key from the same page of your account",
    "key.file_unreadable": "The key file {path} cannot be read: {why}. Choose another",
    "key.file_of_others": ("Other users of this computer can read the key file, or change it. Run: chmod 600 {path}"),
    "key.file_too_large": "The key file {path} is too large to hold an API key. Choose another",
    "key.file_empty": "The key file {path} is empty. Put the API key into it",
    "key.file_lines": "The key file {path} has more than one line. Leave nothing in it but the key",
    "key.file_binary": "The key file {path} is not a text file. Choose another",
    "access.url_too_long": "The base URL has more than {most:,} characters. Correct it in the preferences",
    "access.url_invalid": "The base URL is not a URL such as {example}. Correct it in the preferences",
    "access.url_unencrypted": ("The base URL {url} is not encrypted, so anybody could read the API key. Use https://"),
    "access.offline": "Online access required to generate a model. {advice}",
}

PARTS = {
    "key.account": "your account",
    "key.account_of": "your {service} account",
    "key.why.no_file": "it is not a file",
    "key.why.bad_path": "the path cannot be used",
    "key.used_preferences": "This key is used. Blender stores it, unencrypted, in {file}",
    "key.used_file": "The key of the file {file} is used",
    "key.used_variable": "The key of the environment variable {variable} is used",
    "access.launch_online": "Launch Blender with --online-mode",
    "access.launch_not_offline": "Launch Blender without --offline-mode",
    "access.enable_online": "Enable online access in System preferences",
}

"""What keeps a file from being written: the disk, its folders, and the names that outputs are saved under."""

from __future__ import annotations

SENTENCES = {
    "disk.full_or_read_only": (
        "The add-on could not write to its folder. Make room on the disk, or make the folder writable, and try again"
    ),
    "disk.full_or_read_only_paid": (
        "The add-on could not write to its folder. Make room on the disk, or make the folder writable, then download "
        "the model again, which is paid for"
    ),
    "disk.too_many_files": (
        "No more files can be opened at the moment. Wait until other jobs have ended, or raise the limit of open "
        "files, then try again"
    ),
    "disk.no_folder": "The add-on's folder cannot be created. Make Blender's user folder writable",
    "output.suffix": "Cannot save as '{name}': the name must end in {suffixes}",
    "output.same": "Two outputs would be saved as '{path}'. Give each a name of its own",
    "output.no_folder": "There is no folder '{folder}' to save in. Create it first",
    "output.folder_too_long": (
        "The path of the folder of '{name}' is too long for Blender. Choose a folder with a shorter one"
    ),
    "output.folder_read_only": (
        "Nothing can be saved in the folder '{folder}': {why}. Make it writable, or choose another"
    ),
    "output.is_folder": "'{path}' is a folder. Choose another name",
    "output.is_input": "'{path}' is what the result is made from, and stays as it is. Choose another name",
    "output.is_no_file": "'{path}' exists and is not a file. Choose another name",
    "output.exists_in_folder": (
        "'{path}' already exists. Choose another folder with --out-dir, or replace it with --overwrite"
    ),
    "output.exists": "'{path}' already exists. Choose another name with --out, or replace it with --overwrite",
    "output.name_too_long": (
        "The name '{name}', or a folder's on the way to it, is too long for this disk. Choose a shorter one"
    ),
    "output.through_file": "'{folder}' leads through a file, so nothing can be saved there. Choose another place",
    "output.unreachable": "'{path}' cannot be reached: {why}. Choose another place",
    "output.not_saved": "'{name}' could not be saved: {why}, then {again}",
    "output.folder_gone": "The folder that this was started in is gone. Change to another one and try again",
}

PARTS = {
    "disk.no_room": "the disk has no room for it. Make room",
    "disk.read_only": "the folder cannot be written to. Make it writable",
    "disk.folder_gone": "the folder is gone. Create it again",
    "disk.name_too_long": "its name is too long. Choose a shorter one",
    "disk.unknown": "something is wrong with the disk. Check that its folder exists and has room",
    "disk.refuses": "the disk refuses",
    "disk.not_writable": "it cannot be written to",
    "output.exporter_off": "Blender's exporter for {suffix} is disabled. Enable its add-on in the preferences",
    "output.made_meanwhile": "a file of that name was made meanwhile, and stays. Choose another name",
    "output.resume": "save it without paying again with: tripo resume {job}",
    "output.import_again": "import it again",
}

internal import Foundation

/// Prints a line at once, also into a pipe: `print` keeps it back there, and a round takes its time.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}

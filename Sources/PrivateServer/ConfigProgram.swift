internal import Glibc

/// A `pg_config`, for servers at places of their own.
enum ConfigProgram {
    /// One line for each option; empty when there is no such program or it does not know one of them.
    ///
    /// - Parameter folder: where the program is; nil looks on PATH.
    static func answers(to options: [String], in folder: String? = nil) -> [String] {
        // Single quotes are the shell's way to say a word as it is, and end at the next one only.
        let path = folder.map { "'" + $0.replacing("'", with: "'\\''") + "'/" } ?? ""
        guard let pipe = popen("\(path)pg_config \(options.joined(separator: " ")) 2>/dev/null", "re") else {
            return []
        }
        var output: [UInt8] = []
        while case let byte = getc(pipe), byte != EOF { output.append(UInt8(truncatingIfNeeded: byte)) }
        guard pclose(pipe) == 0 else { return [] }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

import Glibc

/// Memory of a process of this machine.
enum ProcessMemory {
    /// What it shares with nobody, in kB: private pages, as `/proc/PID/smaps_rollup` counts them; 0 if it is gone.
    static func kilobytes(of pid: Int?) -> Int {
        guard let pid, let file = fopen("/proc/\(pid)/smaps_rollup", "re") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        var total = 0
        while fgets(&buffer, Int32(buffer.count), file) != nil {
            let line = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = line.split { $0 == " " }
            if words.count > 1, words[0] == "Private_Clean:" || words[0] == "Private_Dirty:" {
                total += Int(words[1]) ?? 0
            }
        }
        return total
    }
}

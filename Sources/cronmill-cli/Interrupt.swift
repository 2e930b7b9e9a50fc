internal import Dispatch
internal import Glibc
internal import Synchronization

/// Ctrl-C and SIGTERM cancel the command, which then cleans up; a second one ends the process at once.
///
/// A handler that writes into a pipe, because it may do nothing else; being a handler, it is not inherited by
/// programs that are started (an ignored or blocked signal would be).
enum Interrupt {
    private nonisolated(unsafe) static var pipeEnd: Int32 = -1
    private nonisolated(unsafe) static var source: (any DispatchSourceRead)?

    static func install(_ cancel: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let reading = DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: .global())
        let count = Mutex(0)
        reading.setEventHandler {
            var byte: UInt8 = 0
            guard read(ends[0], &byte, 1) == 1 else { return }
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst { cancel() } else { _exit(ExitStatus.interrupted.rawValue) }
        }
        reading.resume()
        source = reading
        pipeEnd = ends[1]
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                var byte: UInt8 = 1
                _ = write(Interrupt.pipeEnd, &byte, 1)
            }
        }
    }
}

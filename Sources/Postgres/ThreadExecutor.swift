internal import Glibc

/// Runs an actor's jobs on one thread of its own, so that they may block.
final class ThreadExecutor: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
        var thread: pthread_t?
    }

    private enum Turn {
        case job(UnownedJob)
        case end
    }

    private let queue = Monitor(Queue())

    init() {
        DetachedThread.start { [self] in work() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        queue.update { $0.jobs.append(unowned) }
    }

    /// Ends the thread once the jobs it has are done. It keeps the executor alive until then.
    func stop() {
        queue.update { $0.isStopped = true }
    }

    func isIsolatingCurrentContext() -> Bool? {
        let current = pthread_self()
        return queue.update { $0.thread == current }
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "not on the connection's thread")
    }

    private func work() {
        let current = pthread_self()
        queue.update { $0.thread = current }
        while true {
            let turn: Turn = queue.wait { queue in
                if !queue.jobs.isEmpty { return .job(queue.jobs.removeFirst()) }
                return queue.isStopped ? .end : nil
            }
            switch turn {
            case .job(let job): job.runSynchronously(on: asUnownedSerialExecutor())
            case .end: return
            }
        }
    }
}

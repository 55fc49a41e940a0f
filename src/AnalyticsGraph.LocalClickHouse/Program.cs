// LocalClickHouse: ClickHouse in one process for the embedded default. libchdb does the work; this program puts it behind the part
// of ClickHouse's HTTP interface that clients use, so that what runs on a laptop is what runs on a cluster.
//
//   Native/      the library's C functions; signals kept away from it
//   Engine/      the engine's life, connections, threads, running statements and their end
//   Sql/         what must be known of a statement before the engine sees it
//   Http/        requests, answers, errors, external data      Compression/  HTTP's and ClickHouse's own codings      Errors/  codes and statuses
//
// The library's hazards, and where each is met (tests bear the numbers):
//    1 its signal handlers hang .NET on a null dereference          SignalGuard
//    2 it takes the signal with which the GC suspends threads       SignalGuard; Statement refuses system.stack_trace
//    3 a failed statement's rows come before the next result        Lease, ConnectionPool: such a connection is closed
//    4 one statement a connection; the last one unloads the engine  EngineThreads, ConnectionPool, EngineHost
//    5 its cancel call blocks                                       Cancellation: KILL QUERY from another connection
//    6 inline rows end at a blank line                              InsertHead, RequestText, InsertStream
//    7 large array parameters are slow                              ExternalData
//    8 one process a directory; texts of several statements         DataDirectory, Statement, StatementRunner
//    9 caches and limits of a big server                            MemorySettings
//   10 no fsync unless asked                                        left to the tables' and requests' settings, which pass through
using AnalyticsGraph.LocalClickHouse;

var (options, code) = Options.Parse(args);
if (options is null) return (int)code;
try
{
    await Server.Run(options).ConfigureAwait(false);
    return (int)ExitCode.Success;
}
catch (StartupException e)
{
    await Console.Error.WriteLineAsync($"LocalClickHouse: {e.Message}").ConfigureAwait(false);
    return (int)e.Code;
}

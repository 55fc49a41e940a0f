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

using System.Data;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Where statements go, as spans tell it too.</summary>
internal sealed class PostgresServer
{
    public PostgresServer(NpgsqlDataSource dataSource)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        (DataSource, Address, Port, Database) = (dataSource, settings.Host, settings.Port, settings.Database ?? settings.Username);
    }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>A name, an address, or the folder of a Unix socket.</summary>
    public string? Address { get; }

    public int Port { get; }

    public string? Database { get; }

    /// <summary>Runs a batch on a connection that is held no longer than that.</summary>
    /// <param name="limits">How long a statement may run.</param>
    /// <param name="run">Fills, executes and reads it. It may still be at work when the call has ended because PostgreSQL gives no answer.</param>
    /// <param name="progress">A number that grows with what was read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NpgsqlException">It failed. Only where the inner exception is a <see cref="TimeoutException"/> did PostgreSQL end a statement that took too long, as it was told to.</exception>
    public async Task RunAsync(MappingLimits limits, Func<NpgsqlBatch, Task> run, Func<long> progress, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var running = RunAsync(connection, limits, run);
        for (var seen = progress(); ;)
        {
            try
            {
                await running.WaitAsync(limits.StatementTimeout + MappingLimits.AnswerGrace, CancellationToken.None).ConfigureAwait(false);
                return;
            }
            catch (TimeoutException fault)
            {
                // Npgsql tells PostgreSQL itself to end a statement that takes too long, and waits for a connection to do so: longer than a request may.
                var now = progress();
                if (seen == now)
                {
                    throw Silence(fault);
                }

                seen = now;
            }
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, MappingLimits limits, Func<NpgsqlBatch, Task> run)
    {
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            var batch = connection.CreateBatch();
            await using var __ = batch.ConfigureAwait(false);
            batch.Timeout = (int)Math.Ceiling(limits.StatementTimeout.TotalSeconds);
            await run(batch).ConfigureAwait(false);
        }
        catch (NpgsqlException fault) when (fault.InnerException is TimeoutException && connection.State != ConnectionState.Open)
        {
            // Its order to end the statement was not answered: Npgsql has given up the connection.
            throw Silence(fault);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException fault) when (fault.InnerException is TimeoutException)
        {
            throw Silence(fault);
        }
    }

    private static NpgsqlException Silence(Exception fault) => new("PostgreSQL gives no answer.", new IOException(fault.Message, fault));
}

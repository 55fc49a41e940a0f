using AnalyticsGraph.LocalClickHouse.Engine;
using AnalyticsGraph.LocalClickHouse.Errors;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>The part of ClickHouse's HTTP interface that its official clients use.</summary>
internal sealed class HttpInterface(EngineHost engine, EngineThreads threads, RunningQueries queries, StatementRunner runner, Authentication authentication)
{
    /// <summary>Answers a request.</summary>
    internal async Task Handle(HttpContext context)
    {
        var path = context.Request.Path.Value;
        switch (path)
        {
            case "/" or "" when HttpMethods.IsGet(context.Request.Method) && !context.Request.QueryString.HasValue && context.Request.ContentLength is null or 0:
            case "/ping" or "/replicas_status":
                context.Response.ContentType = "text/html; charset=UTF-8";
                await context.Response.WriteAsync("Ok.\n", context.RequestAborted).ConfigureAwait(false);
                return;
            case "/" or "" or "/query":
                await Query(context).ConfigureAwait(false);
                return;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                var text = $"There is no handle {path}\n\nUse / or /ping for health checks.\nSend queries from your program with POST method or GET /?query=...\n";
                await context.Response.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
                return;
        }
    }

    private async Task Query(HttpContext context)
    {
        ResponseWriter? response = null;
        try
        {
            authentication.Check(context.Request);
            var parameters = QueryParameters.Read(context.Request, engine);
            response = new ResponseWriter(context, parameters, engine);
            await using var running = await queries.Enter(parameters.QueryId, parameters.Enabled("replace_running_query")).ConfigureAwait(false);
            await using var gone = context.RequestAborted.Register(running.ClientGone);
            await threads.Run(() => runner.Run(context.Request, parameters, running, response), context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException or ServerException)
        {
            // Nobody is there to read an answer.
            context.Abort();
        }
        catch (OperationCanceledException) when (response is { Started: true })
        {
            // The client takes nothing any more.
            context.Abort();
        }
        catch (ServerException e) when (response is not { Started: true })
        {
            await ExceptionWriter.Write(context, e).ConfigureAwait(false);
        }
        catch (ServerException e)
        {
            response!.Break(e);
            throw new ResultBrokenException(e);
        }
        catch (BadHttpRequestException)
        {
            // The server answers what is wrong with the request as such, and closes the connection.
            throw;
        }
        catch (Exception e) when (response is not { Started: true } && e is InvalidDataException or IOException)
        {
            var error = ServerException.Create(ErrorCode.BadArguments, $"The body does not hold to its Content-Encoding or Content-Type: {e.Message.TrimEnd('.')}");
            await ExceptionWriter.Write(context, error).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not ResultBrokenException && response is not { Started: true })
        {
            await Console.Error.WriteLineAsync($"LocalClickHouse: unexpected: {e}").ConfigureAwait(false);
            var error = ServerException.Create(ErrorCode.LogicalError, $"Unexpected {e.GetType().Name} in the host: {e.Message.TrimEnd('.')}");
            await ExceptionWriter.Write(context, error).ConfigureAwait(false);
        }
        finally
        {
            response?.Dispose();
        }
    }
}

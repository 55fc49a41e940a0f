using System.Collections.Concurrent;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>
/// One client that speaks <c>graphql-transport-ws</c>. Its messages are handled in order; its operations run beside each other, each sends its next response when the one before has
/// been taken.
/// </summary>
internal sealed class SocketConnection : IDisposable
{
    private static readonly byte[] Acknowledgement = "{\"type\":\"connection_ack\"}"u8.ToArray();
    private static readonly byte[] Ping = "{\"type\":\"ping\"}"u8.ToArray();
    private static readonly byte[] Pong = "{\"type\":\"pong\"}"u8.ToArray();
    private static readonly byte[] PongHead = "{\"type\":\"pong\",\"payload\":"u8.ToArray();
    private static readonly byte[] End = "}"u8.ToArray();

    private readonly HttpContext _http;
    private readonly SocketChannel _channel;
    private readonly GraphQLExecutor _executor;
    private readonly GraphQLHttpOptions _options;
    private readonly CancellationTokenSource _ended = new();
    private readonly ConcurrentDictionary<string, SocketOperation> _operations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<SocketOperation, Task> _running = [];
    private bool _isInitialised;
    private bool _isAcknowledged;
    private bool _awaitsSign;

    public SocketConnection(HttpContext http, SocketChannel channel, GraphQLExecutor executor, GraphQLHttpOptions options) =>
        (_http, _channel, _executor, _options) = (http, channel, executor, options);

    /// <summary>Serves the client until the connection ends.</summary>
    /// <param name="stopping">Cancelled when the server stops.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        var sockets = _options.WebSockets!;
        await using var initTimer = _options.TimeProvider.CreateTimer(_ => CloseUninitialised(), null, sockets.ConnectionInitTimeout, Timeout.InfiniteTimeSpan);
        await using var stop = stopping.UnsafeRegister(static connection => _ = ((SocketConnection)connection!).StopAsync(), this);
        var pinging = sockets.PingInterval is { } interval ? PingAsync(interval) : Task.CompletedTask;
        try
        {
            await ReceiveAsync().ConfigureAwait(false);
        }
        finally
        {
            await _ended.CancelAsync().ConfigureAwait(false);
            foreach (var operation in _running.Keys)
            {
                await operation.CancelAsync().ConfigureAwait(false);
            }

            await Task.WhenAll(_running.Values).ConfigureAwait(false);
            await pinging.ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _ended.Dispose();

    private async Task ReceiveAsync()
    {
        try
        {
            try
            {
                while (await _channel.ReceiveAsync().ConfigureAwait(false) is { } message)
                {
                    _awaitsSign = false;
                    if (!_channel.IsClosing)
                    {
                        await HandleAsync(SocketMessage.Read(message)).ConfigureAwait(false);
                    }
                }

                await _channel.CloseAsync(SocketCloseCode.Normal, "").ConfigureAwait(false);
            }
            catch (SocketFaultException fault)
            {
                await _channel.CloseAsync(fault.Code, fault.Message).ConfigureAwait(false);
                await _channel.DrainAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (!SocketChannel.IsLoss(exception))
            {
                await _channel.CloseAsync(SocketCloseCode.InternalError, _executor.ToError(exception).Message).ConfigureAwait(false);
                await _channel.DrainAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (SocketChannel.IsLoss(exception))
        {
            // Nobody is left to speak with.
            _channel.Abort();
        }
    }

    private ValueTask HandleAsync(SocketMessage message) => message.Type switch
    {
        "connection_init" => InitialiseAsync(message),
        "ping" => message.Payload.IsEmpty ? SendAsync(Pong) : SendAsync(PongHead, message.Payload, End),
        "pong" => ValueTask.CompletedTask,
        "subscribe" => SubscribeAsync(message),
        "complete" => CompleteAsync(message),
        _ => throw SocketFaultException.Invalid($"A client sends no messages of the type '{message.Type}'."),
    };

    private async ValueTask InitialiseAsync(SocketMessage message)
    {
        if (_isInitialised)
        {
            throw new SocketFaultException(SocketCloseCode.TooManyInits, "Too many initialisation requests");
        }

        Volatile.Write(ref _isInitialised, true);
        var payload = ReadPayload(message);
        if (_options.WebSockets!.OnConnect is { } onConnect && !await onConnect(_http, payload, _ended.Token).ConfigureAwait(false))
        {
            throw new SocketFaultException(SocketCloseCode.Forbidden, "Forbidden");
        }

        await SendAsync(Acknowledgement).ConfigureAwait(false);
        _isAcknowledged = true;
    }

    private static JsonElement? ReadPayload(SocketMessage message)
    {
        if (message.Payload.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(message.Payload.Span, RequestJson.ReaderOptions);
        reader.Read();
        return reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null
            ? JsonElement.ParseValue(ref reader)
            : throw SocketFaultException.Invalid("The payload of 'connection_init' must be a JSON object.");
    }

    private async ValueTask SubscribeAsync(SocketMessage message)
    {
        if (!_isAcknowledged)
        {
            throw new SocketFaultException(SocketCloseCode.Unauthorized, "Unauthorized");
        }

        var id = message.RequireId();
        if (_operations.ContainsKey(id))
        {
            throw new SocketFaultException(SocketCloseCode.SubscriberExists, $"Subscriber for {id} already exists");
        }

        var parameters = ReadRequest(message);
        var operation = new SocketOperation(id);
        _operations[id] = operation;
        if (_running.Count >= _options.WebSockets!.MaxOperations)
        {
            await SendErrorAsync(operation, new GraphQLError(
                $"This connection has {_options.WebSockets.MaxOperations} operations under way, which is as many as it may. Complete some first.", ErrorCodes.LimitExceeded)).ConfigureAwait(false);
            return;
        }

        // Taken in before it can end. It yields first: it may run as long as it likes, without holding up the messages that follow.
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[operation] = RunAsync(operation, parameters, begun.Task);
        begun.SetResult();
    }

    private static RequestParameters ReadRequest(SocketMessage message)
    {
        try
        {
            // Memory of its own: the operation outlives the message's buffer.
            return RequestJson.Read(message.Payload.ToArray());
        }
        catch (HttpFaultException fault)
        {
            throw SocketFaultException.Invalid($"The payload is no request. {fault.Message}");
        }
    }

    private async ValueTask CompleteAsync(SocketMessage message)
    {
        // One that has just ended is not known any more, and the client could not know that.
        if (_operations.TryRemove(message.RequireId(), out var operation))
        {
            await operation.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync(SocketOperation operation, RequestParameters parameters, Task begun)
    {
        await begun.ConfigureAwait(false);
        try
        {
            try
            {
                await ExecuteAsync(operation, parameters).ConfigureAwait(false);
            }
            catch (Exception exception) when (!operation.Token.IsCancellationRequested && !SocketChannel.IsLoss(exception))
            {
                await SendErrorAsync(operation, _executor.ToError(exception)).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (operation.Token.IsCancellationRequested || SocketChannel.IsLoss(exception))
        {
            // Its client has left it, or is gone.
        }
        finally
        {
            parameters.Return();
            _operations.TryRemove(new(operation.Id, operation));
            _running.TryRemove(operation, out _);
        }
    }

    private async Task ExecuteAsync(SocketOperation operation, RequestParameters parameters)
    {
        var request = parameters.ToRequest(_http, _options, allowMutations: true, allowParts: true);
        var next = operation.Head("next");
        await using var responses = await _executor.SubscribeAsync(request, operation.Token).ConfigureAwait(false);
        while (await responses.ReadAsync().ConfigureAwait(false) is { } response)
        {
            using (response)
            {
                if (response.IsRequestError)
                {
                    await SendErrorAsync(operation, response).ConfigureAwait(false);
                    return;
                }

                if (!await _channel.SendAsync(next, response.Body, End, () => IsCurrent(operation)).ConfigureAwait(false))
                {
                    return;
                }
            }
        }

        await _channel.SendAsync(operation.Complete(), default, default, () => Leave(operation)).ConfigureAwait(false);
    }

    private async Task SendErrorAsync(SocketOperation operation, GraphQLError error)
    {
        using var result = ExecutionResult.Refuse(error);
        await SendErrorAsync(operation, result).ConfigureAwait(false);
    }

    private async Task SendErrorAsync(SocketOperation operation, ExecutionResult result) =>
        await _channel.SendAsync(operation.Head("error"), result.ErrorsBody, End, () => Leave(operation)).ConfigureAwait(false);

    // An id may be used again as soon as its operation has ended for the client: what comes too late must not be taken for the new one's.
    private bool IsCurrent(SocketOperation operation) => _operations.TryGetValue(operation.Id, out var current) && current == operation;

    private bool Leave(SocketOperation operation) => _operations.TryRemove(new(operation.Id, operation));

    private async ValueTask SendAsync(ReadOnlyMemory<byte> message, ReadOnlyMemory<byte> body = default, ReadOnlyMemory<byte> after = default) =>
        await _channel.SendAsync(message, body, after).ConfigureAwait(false);

    private void CloseUninitialised()
    {
        if (!Volatile.Read(ref _isInitialised))
        {
            _ = _channel.CloseAsync(SocketCloseCode.InitTimeout, "Connection initialisation timeout");
        }
    }

    /// <summary>The server stops: each operation is told so, then the client that it shall connect again.</summary>
    private async Task StopAsync()
    {
        _channel.BeginClosing();
        try
        {
            foreach (var operation in _operations.Values)
            {
                await SendErrorAsync(operation, ServerStop.Error).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (SocketChannel.IsLoss(exception))
        {
            _channel.Abort();
        }

        await _channel.CloseAsync(SocketCloseCode.GoingAway, ServerStop.Error.Message).ConfigureAwait(false);
    }

    private async Task PingAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval, _options.TimeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
            {
                if (_awaitsSign)
                {
                    _channel.Abort();
                    return;
                }

                _awaitsSign = true;
                await SendAsync(Ping).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (SocketChannel.IsLoss(exception))
        {
            // The connection has ended, which the receiver sees, too.
        }
    }
}

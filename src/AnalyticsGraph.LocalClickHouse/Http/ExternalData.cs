using System.Text;
using AnalyticsGraph.LocalClickHouse.Engine;
using AnalyticsGraph.LocalClickHouse.Errors;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace AnalyticsGraph.LocalClickHouse.Http;

/// <summary>
/// A multipart body: fields stand for URL parameters, files become temporary tables of this request's own session, gone with its
/// connection. So a statement takes 100,000 ids in milliseconds where an array parameter takes a tenth of a second.
/// </summary>
internal static class ExternalData
{
    private const int LongestField = 64 << 20;
    private const int Piece = 512 << 10;

    /// <summary>Whether a request's body is a form.</summary>
    internal static bool IsMultipart(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a URL parameter's name is one that describes a table.</summary>
    internal static bool Describes(string parameter) =>
        parameter.EndsWith("_structure", StringComparison.Ordinal)
        || parameter.EndsWith("_types", StringComparison.Ordinal)
        || parameter.EndsWith("_format", StringComparison.Ordinal);

    /// <summary>Reads a form: fields into <paramref name="parameters"/>, files into tables of the connection that <paramref name="connect"/> opens.</summary>
    /// <exception cref="ServerException">A file has no structure, or its data does not fit.</exception>
    internal static void Load(HttpRequest request, Stream body, QueryParameters parameters, EngineHost engine, Func<Connection> connect)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).ToString();
        if (boundary.Length == 0) throw ServerException.Create(ErrorCode.BadArguments, "The multipart body's Content-Type has no boundary");
        var reader = new MultipartReader(boundary, body);
        while (reader.ReadNextSectionAsync().GetAwaiter().GetResult() is { } part)
        {
            var disposition = part.GetContentDispositionHeader();
            var name = HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).ToString();
            if (name.Length == 0) throw ServerException.Create(ErrorCode.BadArguments, "A part of the multipart body has no name");
            if (disposition!.FileName.HasValue || disposition.FileNameStar.HasValue || parameters.Structure(name) is not null)
            {
                Load(connect(), name, parameters, part.Body);
            }
            else
            {
                parameters.Add(name, ReadField(part.Body), engine);
            }
        }
    }

    private static void Load(Connection connection, string name, QueryParameters parameters, Stream data)
    {
        var structure = parameters.Structure(name)
            ?? throw ServerException.Create(ErrorCode.BadArguments,
                $"The external table '{name}' has no structure: give {name}_structure=\"column Type, ...\" or {name}_types=\"Type, ...\" in the URL");
        var table = SessionSettings.Quote(name, '`');
        connection.Execute(Encoding.UTF8.GetBytes($"CREATE TEMPORARY TABLE {table} ({structure}) ENGINE = Memory"), "Null", []).Dispose();
        using var insert = connection.Insert(Encoding.UTF8.GetBytes($"INSERT INTO {table}"), parameters.ExternalFormat(name), []);
        var piece = new byte[Piece];
        for (int n; (n = data.ReadAtLeast(piece, Piece, throwOnEndOfStream: false)) > 0;) insert.Append(piece.AsSpan(0, n));
        insert.Finish();
    }

    private static string ReadField(Stream body)
    {
        var text = new MemoryStream();
        var piece = new byte[4096];
        for (int n; (n = body.Read(piece)) > 0;)
        {
            text.Write(piece, 0, n);
            if (text.Length > LongestField)
            {
                throw ServerException.Create(ErrorCode.QueryIsTooLarge, $"A field of the multipart body is longer than {LongestField} bytes");
            }
        }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}

using System.Collections.Frozen;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace AnalyticsGraph.GraphQL.Http;

/// <summary>A file of the IDE. Read, and compressed where that pays, when it is first asked for; then kept.</summary>
internal sealed class IdeFile
{
    private static readonly FrozenDictionary<string, string> ServedTypes = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".ico"] = "image/x-icon",
        [".js"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json",
        [".png"] = "image/png",
        [".svg"] = "image/svg+xml",
        [".ttf"] = "font/ttf",
        [".txt"] = "text/plain; charset=utf-8",
        [".webmanifest"] = "application/manifest+json",
        [".woff2"] = "font/woff2",
        [""] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary();

    private readonly string _contentType;
    private readonly Lazy<Task<Served>> _served;

    private IdeFile(string contentType, Func<Task<byte[]>> read)
    {
        _contentType = contentType;
        var compresses = !contentType.StartsWith("image/png", StringComparison.Ordinal) && !contentType.StartsWith("font/woff2", StringComparison.Ordinal);
        _served = new Lazy<Task<Served>>(async () =>
        {
            var content = await read().ConfigureAwait(false);
            return new Served(content, compresses ? Compress(content) : null, EntityTag.Of(content));
        });
    }

    /// <summary>The files of a folder by their path within it, with slashes; none if the folder does not exist. License texts are among them.</summary>
    public static Dictionary<string, IdeFile> FindAll(string folder)
    {
        var files = new Dictionary<string, IdeFile>(StringComparer.Ordinal);
        if (Directory.Exists(folder))
        {
            foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                if (ServedTypes.TryGetValue(Path.GetExtension(path), out var type))
                {
                    files[Path.GetRelativePath(folder, path).Replace('\\', '/')] = new IdeFile(type, () => File.ReadAllBytesAsync(path));
                }
            }
        }

        return files;
    }

    public static IdeFile FromContent(string contentType, byte[] content) => new(contentType, () => Task.FromResult(content));

    public async Task ServeAsync(HttpContext http, bool isImmutable)
    {
        var served = await _served.Value.ConfigureAwait(false);
        var response = http.Response;
        response.Headers.CacheControl = isImmutable ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        var compressed = served.Compressed is not null && http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase);
        response.Headers.Append("Vary", "Accept-Encoding");
        if (EntityTag.IsKnown(http, served.Tag))
        {
            return;
        }

        var body = compressed ? served.Compressed! : served.Content;
        if (compressed)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        response.ContentType = _contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body, http.RequestAborted).ConfigureAwait(false);
        }
    }

    private static byte[] Compress(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return target.ToArray();
    }

    private sealed record Served(byte[] Content, byte[]? Compressed, string Tag);
}

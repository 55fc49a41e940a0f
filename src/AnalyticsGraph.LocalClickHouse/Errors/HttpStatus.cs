using System.Net;

namespace AnalyticsGraph.LocalClickHouse.Errors;

/// <summary>The HTTP status a ClickHouse server answers an error with, when nothing of the body has left yet.</summary>
internal static class HttpStatus
{
    /// <summary>The status of ClickHouse's <paramref name="code"/>; 500 for what its server does not map either.</summary>
    internal static int Of(int code) => (int)((ErrorCode)code switch
    {
        ErrorCode.RequiredPassword => HttpStatusCode.Unauthorized,
        ErrorCode.UnknownUser or ErrorCode.WrongPassword or ErrorCode.AuthenticationFailed or ErrorCode.SetNonGrantedRole or ErrorCode.AccessDenied
            => HttpStatusCode.Forbidden,
        ErrorCode.BadArguments or ErrorCode.CannotCompileRegexp or ErrorCode.CannotParseText or ErrorCode.CannotParseEscapeSequence or
            ErrorCode.CannotParseQuotedString or ErrorCode.CannotParseDate or ErrorCode.CannotParseDatetime or ErrorCode.CannotParseNumber or
            ErrorCode.CannotParseDomainValueFromString or ErrorCode.CannotParseIpv4 or ErrorCode.CannotParseIpv6 or
            ErrorCode.CannotParseInputAssertionFailed or ErrorCode.CannotParseUuid or ErrorCode.DuplicateColumn or ErrorCode.IllegalColumn or
            ErrorCode.UnknownElementInAst or ErrorCode.UnknownTypeOfAstNode or ErrorCode.ThereIsNoColumn or ErrorCode.TooDeepAst or ErrorCode.TooBigAst
            or ErrorCode.UnexpectedAstStructure or ErrorCode.SyntaxError or ErrorCode.IncorrectData or ErrorCode.TypeMismatch or
            ErrorCode.ValueIsOutOfRangeOfDataType => HttpStatusCode.BadRequest,
        ErrorCode.UnknownTable or ErrorCode.UnknownFunction or ErrorCode.UnknownIdentifier or ErrorCode.UnknownType or ErrorCode.UnknownStorage or
            ErrorCode.UnknownDatabase or ErrorCode.UnknownSetting or ErrorCode.UnknownDirectionOfSorting or ErrorCode.UnknownAggregateFunction or
            ErrorCode.UnknownFormat or ErrorCode.UnknownDatabaseEngine or ErrorCode.UnknownTypeOfQuery or ErrorCode.UnknownRole => HttpStatusCode.NotFound,
        ErrorCode.TimeoutExceeded => HttpStatusCode.RequestTimeout,
        ErrorCode.HttpLengthRequired => HttpStatusCode.LengthRequired,
        ErrorCode.QueryIsTooLarge => HttpStatusCode.RequestEntityTooLarge,
        ErrorCode.UnsupportedMediaType => HttpStatusCode.UnsupportedMediaType,
        ErrorCode.NotImplemented => HttpStatusCode.NotImplemented,
        ErrorCode.SocketTimeout or ErrorCode.CannotOpenFile or ErrorCode.CannotScheduleTask => HttpStatusCode.ServiceUnavailable,
        _ => HttpStatusCode.InternalServerError,
    });
}

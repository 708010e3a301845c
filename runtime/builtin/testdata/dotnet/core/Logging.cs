// The part of Microsoft.Extensions.Logging.Abstractions on which the official library is built; a
// function has that package in its folder, too.
using System;

namespace Microsoft.Extensions.Logging
{
    public enum LogLevel { Trace, Debug, Information, Warning, Error, Critical, None }

    public readonly struct EventId
    {
    }

    public interface ILogger
    {
        void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception exception, Func<TState, Exception, string> formatter);
        bool IsEnabled(LogLevel logLevel);
        IDisposable BeginScope<TState>(TState state);
    }

    public static class LoggerExtensions
    {
        public static void LogDebug(this ILogger logger, string text) => logger.Log(LogLevel.Debug, text);

        public static void LogInformation(this ILogger logger, string text) => logger.Log(LogLevel.Information, text);

        public static void LogWarning(this ILogger logger, string text) => logger.Log(LogLevel.Warning, text);

        public static void LogError(this ILogger logger, string text) => logger.Log(LogLevel.Error, text);

        private static void Log(this ILogger logger, LogLevel level, string text) =>
            logger.Log(level, default(EventId), text, null, (state, error) => state);
    }
}

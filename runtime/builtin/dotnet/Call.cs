using System;
using System.Collections.Generic;

namespace Fcemu
{
    /// <summary>One call, and what its context shows.</summary>
    internal sealed class Call
    {
        private const int Http = 4;

        public readonly int Hook; // also the index of its handler
        public readonly string RequestId;
        public readonly string Head; // of a request to an HTTP handler, else null
        public readonly ArraySegment<byte> Event; // or the body of the request
        private readonly string qualifier;
        private readonly Setup setup;
        private readonly Log log;

        public Call(Setup setup, Log log, Frame frame)
        {
            this.setup = setup;
            this.log = log;
            Hook = frame.Kind == Http ? 0 : frame.Kind;
            frame.Text(8 + 4); // deadline and retry count, which no context shows
            int idLength = frame.Byte(), qualifierLength = frame.Byte();
            RequestId = frame.Text(idLength);
            qualifier = frame.Text(qualifierLength);
            Head = frame.Kind == Http ? frame.Text(frame.Int()) : null;
            Event = frame.Rest();
        }

        /// <summary>Makes the context as the interface of the function's own library wants it.</summary>
        public object Context(Type type) => Facts.As(type, new Dictionary<string, object>
        {
            ["RequestId"] = RequestId,
            ["AccountId"] = setup.Account,
            ["Region"] = setup.Region,
            ["Logger"] = log,
            ["Credentials"] = Credentials(),
            ["FunctionParam"] = Function(),
            ["ServiceMeta"] = Service(),
        });

        private Dictionary<string, object> Credentials() => new Dictionary<string, object>
        {
            ["AccessKeyId"] = setup.Key,
            ["AccessKeySecret"] = setup.Secret,
            ["SecurityToken"] = setup.Token,
        };

        private Dictionary<string, object> Function() => new Dictionary<string, object>
        {
            ["FunctionName"] = setup.Name,
            ["FunctionHandler"] = setup.Handlers[Hook],
            ["FunctionInitializer"] = setup.Handlers[1],
            ["MemoryLimitInMB"] = setup.Memory,
            ["FunctionTimeout"] = TimeSpan.FromSeconds(setup.Timeout),
            ["InitializationTimeout"] = TimeSpan.FromSeconds(setup.InitializationTimeout),
        };

        private Dictionary<string, object> Service() => new Dictionary<string, object>
        {
            ["Name"] = setup.Service,
            ["LogProject"] = setup.LogProject,
            ["LogStore"] = setup.LogStore,
            ["Qualifier"] = qualifier,
            ["VersionId"] = setup.Version,
        };
    }
}

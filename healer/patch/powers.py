# ruff: noqa: E501 - a table of patterns is read as a table
"""The tokens that give a program a capability, a table a runtime: data. Every pattern matches within a line or two and
has no part that could backtrack far.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.frames import RuntimeName

# fmt: off
_PYTHON = {
    "process": [
        r"\bsubprocess\b", r"\bos\s{0,3}\.\s{0,3}(?:system|popen\w*|spawn\w*|exec\w*|fork\w*|posix_spawn\w*|startfile|kill\w*|pipe)\b",
        r"\bfrom\s+(?:os|posix|nt)\s+import\b[^\n]{0,200}\b(?:system|popen|spawn\w+|exec\w+|fork\w*|posix_spawn\w*|\*)", r"\.(?:system|popen|Popen|check_output|check_call)\s{0,3}\(",
        r"\b(?:multiprocessing|pty|pexpect|ptyprocess|sh|plumbum|fabric|paramiko|invoke|commands)\b(?=\s*(?:\.|import|as\b|$))", r"\bimport\s+(?:posix|nt|pty|sh|pexpect)\b",
        r"\bcreate_subprocess_(?:exec|shell)\b", r"\b(?:Popen|ProcessPoolExecutor)\b", r"[\"'](?:system|popen|Popen|subprocess|os\.system)[\"']",
        r"\bctypes\b", r"\bcffi\b", r"\bimport\s+(?:os|posix)\s+as\b", r"\bsignal\.(?:raise_signal|pthread_kill)\b",
    ],
    "network": [
        r"\b(?:socket|socketserver|urllib2?|urllib3|httplib2?|requests|httpx|aiohttp|ftplib|smtplib|poplib|imaplib|telnetlib|nntplib|xmlrpc|websockets?|paramiko|boto3?|botocore|grpc|pycurl|treq|asyncssh|dns)\b(?=\s*(?:\.\w|import\b|as\b|\())",
        r"\bimport\s+(?:socket|ssl|http|urllib|requests|httpx|aiohttp|ftplib|smtplib|socketserver|asyncore|pycurl)\b", r"\bfrom\s+(?:http|urllib|requests|httpx|aiohttp|socket|ssl)\b",
        r"\burlopen\b", r"\burlretrieve\b", r"\b(?:open_connection|create_connection|start_server|create_datagram_endpoint)\b", r"\bhttp\.client\b", r"\b(?:gethostby\w+|getaddrinfo)\b",
    ],
    "environment": [
        r"\benviron(?:b|ment_variables)?\b", r"\bgetenvb?\b", r"\b(?:putenv|unsetenv)\b", r"\bdotenv\b", r"\bdecouple\b", r"[\"']/proc/", r"\bexpandvars\b", r"\bnetrc\b", r"\bkeyring\b",
        r"\.(?:aws|ssh|netrc|kube|docker|npmrc|pypirc|git-credentials)/?(?=[\"'/])", r"\bos\.(?:getlogin|uname)\b",
    ],
    "eval": [
        r"(?<![\w.])(?:eval|exec|compile|execfile)\s{0,3}\(", r"\b(?:eval|exec)\b(?=\s{0,3}[,)\]}]|\s{0,3}$)", r"\b__(?:import|builtins|subclasses|globals|code|loader|class_getitem|reduce|reduce_ex|mro|base|bases|getattribute)__\b", r"\bbuiltins\b",
        r"\bimportlib\b", r"\bimport_module\b", r"\brunpy\b", r"\bpkgutil\b", r"\bzipimport\b", r"\bgetattr\s{0,3}\(\s{0,3}[^,()\n]{1,80},\s{0,3}+(?![\"'][A-Za-z_]\w{0,60}[\"']\s{0,3}[,)])",
        r"\bgetattr\s{0,3}\(\s{0,3}(?:os|sys|subprocess|builtins|shutil|socket)\b", r"\b(?:globals|locals|vars)\s{0,3}\(\s{0,3}\)\s{0,3}(?:\[|\.)", r"\bsys\.(?:modules|meta_path|path_hooks|_getframe)\b", r"\b(?:attrgetter|methodcaller)\b",
        r"\bcodeop\b", r"\bcode\.(?:Interactive\w+|interact)\b", r"\btypes\.(?:FunctionType|CodeType)\b", r"\b(?:CodeType|FunctionType)\s{0,3}\(", r"\bcodecs\.decode\b", r"\bset_trace\b|\bbreakpoint\s{0,3}\(", r"\bexec_module\b",
    ],
    "deserialisation": [
        r"\b(?:c?[pP]ickle|_pickle|cloudpickle|dill|marshal|shelve|jsonpickle|joblib)\b", r"\byaml\.(?:load|load_all|unsafe_load\w*|full_load\w*)\b", r"\b(?:Unsafe|Full)?Loader\s{0,3}=\s{0,3}yaml\b", r"\bunsafe_load\b", r"\bread_pickle\b", r"\btorch\.load\b", r"\ballow_pickle\b",
        r"\bUnpickler\b", r"\bfrom\s+yaml\s+import\b[^\n]{0,100}\b(?:load|unsafe_load|full_load)\b", r"\bxml\.(?:sax|dom|etree)\b", r"\bxmlrpc\b",
    ],
    "file-writing": [
        r"\bopen\s{0,3}\([^()\n]{0,200}(?:\([^()\n]{0,80}\)[^()\n]{0,80})?[,=]\s{0,3}[\"'][rbt]{0,2}[wax+][rbtwax+]{0,3}[\"']", r"\bopen\s{0,3}\([^()\n]{0,200},\s{0,3}(?:mode\s{0,3}=\s{0,3})?[A-Za-z_]\w{0,40}\s{0,3}[,)]", r"\.write_(?:text|bytes)\b", r"\bos\.(?:open|write|remove|unlink|rename|replace|rmdir|removedirs|mkdir|makedirs|chmod|chown|symlink|link|truncate|utime|mkfifo)\b",
        r"\bshutil\b", r"\btempfile\b", r"\.(?:unlink|rmdir|touch|symlink_to|hardlink_to|mkdir|chmod|rename)\s{0,3}\(", r"\b(?:NamedTemporaryFile|mkstemp|mkdtemp|rmtree|copyfile|copytree)\b", r"\bio\.(?:open|FileIO)\b", r"\bFileIO\b", r"\bfileinput\b", r"\bto_(?:csv|pickle|excel|parquet|hdf)\s{0,3}\(",
        r"\b(?:sqlite3|dbm)\b", r"\bmmap\b", r"\bopen\s{0,3}\(\s{0,3}\*", r"\.open\s{0,3}\(\s{0,3}[\"'][rbt]{0,2}[wax+]", r"\bFileHandler\b", r"\bextractall\b",
    ],
}
_JAVASCRIPT = {
    "process": [
        r"\bchild_process\b", r"\b(?:execSync|execFile|execFileSync|spawnSync|spawn|fork)\s{0,3}\(", r"(?<![\w.])exec\s{0,3}\(", r"\bcp\.exec\b", r"\bworker_threads\b", r"\bcluster\b(?=\.|[\"'])", r"\b(?:execa|shelljs|cross-spawn|zx|node-pty)\b", r"\bprocess\.(?:kill|binding|dlopen|_linkedBinding|abort|reallyExit)\b",
        r"\bDeno\.(?:run|Command)\b", r"\bBun\.(?:spawn|spawnSync|\$)", r"\bnew\s+(?:Shared)?Worker\b",
    ],
    "network": [
        r"(?<![\w.])fetch\s{0,3}\(", r"\b(?:globalThis|window|self|global)\.fetch\b", r"\bXMLHttpRequest\b", r"\bWebSocket\b", r"\bEventSource\b", r"\bsendBeacon\b", r"\bRTCPeerConnection\b", r"[\"'](?:node:)?(?:https?|http2|net|dgram|tls|dns|dns/promises|inspector)[\"']",
        r"[\"'](?:axios|got|node-fetch|undici|superagent|request|needle|ky|ws|socket\.io\w*|cross-fetch|nodemailer|ssh2)(?:/[\w./-]{0,60})?[\"']", r"\b(?:https?|http2|net|tls|dgram)\.(?:get|request|connect|createConnection|createServer|createSocket|Socket)\b", r"\baxios\b", r"\bimportScripts\b", r"\bnew\s+Image\s{0,3}\(",
    ],
    "environment": [r"\bprocess\s{0,3}\??\.\s{0,3}env\b", r"\bprocess\s{0,3}\[", r"\{[^{}\n]{0,80}\benv\b[^{}\n]{0,80}\}\s{0,3}=\s{0,3}process\b", r"\bimport\.meta\.env\b", r"\bdotenv\b", r"\bDeno\.env\b", r"\bBun\.env\b", r"[\"']/proc/", r"\bos\.(?:userInfo|homedir|networkInterfaces)\b",
                    r"\b(?:document\.cookie|localStorage|sessionStorage|indexedDB)\b", r"[\"'](?:node:)?process[\"']", r"\.(?:aws|ssh|netrc|kube|npmrc|git-credentials)(?=[\"'/])"],
    "eval": [
        r"\beval\b", r"\bnew\s+Function\b", r"(?<![\w.])Function\s{0,3}\(", r"\bGeneratorFunction\b|\bAsyncFunction\b", r"\bset(?:Timeout|Interval|Immediate)\s{0,3}\(\s{0,3}[\"'`]", r"[\"'](?:node:)?(?:vm|v8|repl|module)[\"']", r"\bvm\.\w+", r"\bconstructor\s{0,3}(?:\.\s{0,3}constructor|\[|\()(?!super)", r"\[\s{0,3}[\"'`]constructor[\"'`]\s{0,3}\]",
        r"\brequire\s{0,3}\(\s{0,3}+(?![\"'][^\"'\n]{1,120}[\"']\s{0,3}\))", r"(?<![\w.])import\s{0,3}\(\s{0,3}+(?![\"'][^\"'\n]{1,120}[\"']\s{0,3}\))", r"\bcreateRequire\b", r"\brequire\s{0,3}(?:\.\s{0,3}(?:main|cache|extensions|resolve)\b|\[)", r"\bmodule\s{0,3}\.\s{0,3}(?:constructor|_load|_compile|require|paths)\b", r"\b(?:globalThis|global|window|self)\s{0,3}\[", r"\bReflect\.(?:apply|construct)\b",
        r"\b__proto__\b", r"\b(?:inner|outer)HTML\b", r"\bdangerouslySetInnerHTML\b", r"\bdocument\.write(?:ln)?\b", r"\binsertAdjacentHTML\b", r"\bWebAssembly\b", r"\bString\.fromCharCode\b", r"\batob\s{0,3}\(", r"\bdebugger\b", r"\bwith\s{0,3}\(", r"[\"'`]javascript:",
    ],
    "deserialisation": [r"\bv8\.deserialize\b", r"\bvm\.runIn\w+", r"\brunIn(?:This|New)?Context\b", r"\bnode-serialize\b", r"\bserialize-javascript\b", r"\bunserialize\s{0,3}\(", r"\bfuncster\b", r"\bcryo\b", r"\bfromJSON\b"],
    "file-writing": [
        r"\b(?:write|append)File(?:Sync)?\b", r"\bcreateWriteStream\b", r"\bfs\w{0,20}\.(?:write\w*|open\w*|append\w*|unlink\w*|rm\w*|rename\w*|copyFile\w*|cp\w*|mkdir\w*|mkdtemp\w*|chmod\w*|chown\w*|symlink\w*|link\w*|truncate\w*|promises)\b", r"\bfs\s{0,3}\[", r"\b(?:unlink|rename|rm|rmdir|mkdir|mkdtemp|chmod|symlink|copyFile|truncate)Sync\b", r"[\"'](?:fs-extra|graceful-fs|rimraf|del|mkdirp|write-file-atomic|node:fs(?:/promises)?|fs(?:/promises)?)[\"']",
        r"\bDeno\.(?:write\w*|open|remove|rename|mkdir|create)\b", r"\bBun\.write\b", r"\bwriteSync\b",
    ],
}
_GO = {
    "process": [r"\"os/exec\"", r"\bexec\.Command(?:Context)?\b", r"\bos\.StartProcess\b", r"\bsyscall\.(?:Exec|ForkExec|StartProcess|Kill|RawSyscall\w*|Syscall\w*)\b", r"\"syscall\"", r"\"golang\.org/x/sys/\w+\"", r"\bexec\.Cmd\b", r"\bimport\s+\"C\"|^\s*\"C\"", r"//go:linkname", r"\bos\.FindProcess\b", r"\.CombinedOutput\("],
    "network": [r"\"net(?:/[a-z/]+)?\"", r"\bnet\.(?:Dial\w*|Listen\w*|Lookup\w*|Resolve\w*)\b", r"\bhttp\.(?:Get|Post|PostForm|Head|NewRequest\w*|Client|DefaultClient|ListenAndServe\w*|Serve\w*|Transport)\b", r"\b(?:grpc|websocket|smtp|rpc)\.Dial\w*\b", r"\btls\.Dial\w*\b", r"\bsmtp\.\w+\(", r"\"(?:google\.golang\.org/grpc|golang\.org/x/net)[\w/.-]{0,80}\""],
    "environment": [r"\bos\.(?:Getenv|LookupEnv|Environ|Setenv|Unsetenv|Clearenv|ExpandEnv|UserHomeDir|UserConfigDir)\b", r"\bsyscall\.(?:Getenv|Environ)\b", r"\"/proc/", r"\bgodotenv\b", r"\bviper\.(?:AutomaticEnv|BindEnv)\b"],
    "eval": [r"\"plugin\"", r"\bplugin\.Open\b", r"\"unsafe\"", r"\bunsafe\.\w+", r"\.(?:MethodByName|FieldByName)\(", r"\breflect\.(?:ValueOf|MakeFunc|NewAt)\b[^\n]{0,120}\.Call\b", r"\byaegi\b|\botto\b|\bgoja\b", r"//go:(?:generate|embed|cgo_\w+)", r"\"(?:text|html)/template\""],
    "deserialisation": [r"\"encoding/gob\"", r"\bgob\.(?:NewDecoder|Register)\b", r"\byaml\.Unmarshal\b"],
    "file-writing": [
        r"\bos\.(?:WriteFile|Create\w*|OpenFile|Remove\w*|Rename|Mkdir\w*|Chmod|Chown|Symlink|Link|Truncate|NewFile|CopyFS|OpenRoot)\b", r"\bioutil\.(?:WriteFile|TempFile|TempDir)\b", r"\"io/ioutil\"", r"\.(?:WriteAt|Truncate|Chmod)\(",
    ],
}
_RUBY = {
    "process": [
        r"(?<![\w.:])(?:system|exec|spawn|fork|syscall)\b\s{0,3}(?:\(|[\"'%:\[*]|[a-z_]\w{0,40}\s{0,3}(?:,|$))", r"\bKernel\b", r"\bProcess\b", r"`[^`\n]{1,400}`", r"%x[\[({<|!/]", r"\bOpen3\b|\bopen3\b", r"\bPTY\b|[\"']pty[\"']", r"\bIO\.(?:popen|pipe|sysopen)\b", r"\bpopen[23]?e?\b", r"(?<![\w.])open\s{0,3}\(?\s{0,3}[\"']\|", r"\bFiddle\b|\bFFI\b|[\"'](?:fiddle|ffi|dl)[\"']", r"\bShellwords\b", r"[:\"'](?:system|exec|spawn|popen)\b",
        r"\btrap\s{0,3}\(",
    ],
    "network": [r"\bNet::\w+", r"[\"'](?:net/\w+|open-uri|socket|openssl|resolv|faraday|httparty|rest-client|http|httpclient|excon|typhoeus|curb|drb)[\"']", r"\b(?:TCPSocket|UDPSocket|UNIXSocket|TCPServer|UNIXServer|Socket)\b", r"\bURI\.open\b", r"\bURI\([^()\n]{0,120}\)\.(?:open|read)\b", r"\b(?:Faraday|HTTParty|RestClient|HTTPClient|Excon|Typhoeus|HTTP|DRb|Resolv)\b(?=\.|::)", r"\bopen\s{0,3}\(?\s{0,3}[\"']https?:"],
    "environment": [r"\bENV\b", r"\bEtc\b(?=\.)", r"\bDotenv\b|[\"']dotenv", r"[\"']/proc/", r"\bDir\.home\b", r"\bRails\.application\.(?:credentials|secrets)\b"],
    "eval": [
        r"\b(?:instance|class|module)_(?:eval|exec)\b", r"(?<![\w])eval\b", r"\bbinding\b", r"\b(?:public_|__)?send(?:__)?\b\s{0,3}[( ](?!\s{0,3}:\w{1,60}[?!=]?\s{0,3}[,)\n]|:\w{1,60}[?!=]?\s{0,3}$)", r"\.(?:public_|__)?send(?:__)?[ (]\s{0,3}:(?:system|exec|spawn|eval|fork|open|instance_eval|send|const_get|`)", r"\bconst_get\b|\bconstantize\b", r"\b(?:instance_)?method\s{0,3}\(", r"\bdefine_(?:singleton_)?method\b", r"\bObjectSpace\b", r"\bTOPLEVEL_BINDING\b",
        r"\bRubyVM\b|\bInstructionSequence\b", r"(?<![\w.])load(?:\s{1,3}+|\s{0,3}\()\s{0,3}[\"'\w]", r"\brequire(?:_relative)?+(?:\s{1,3}+\(?|\()\s{0,3}+(?![\"'(])\w", r"\bautoload\b", r"\binstance_variable_set\b", r"\bhtml_safe\b|\braw\s{0,3}\(", r"\bTracePoint\b|\bset_trace_func\b", r"\.tap\s{0,3}\(&|\.pack\s{0,3}\(|\.unpack1?\s{0,3}\(", r"\bERB\.new\b", r"\bmethod_missing\b|\brefine\b",
    ],
    "deserialisation": [r"\bMarshal\b", r"\bYAML\.(?:load|unsafe_load|load_file|load_stream)\b", r"\bPsych\.(?:load|unsafe_load|load_file)\b", r"\bOj\.(?:load|object_load)\b", r"\bJSON\.(?:load|restore)\b", r"\bcreate_additions\b", r"\bPStore\b"],
    "file-writing": [
        r"\b(?:File|IO|Pathname|Dir)\.(?:write|binwrite|delete|unlink|rename|chmod|chown|symlink|link|truncate|mkdir|rmdir|mkfifo|utime|copy_stream|mktmpdir)\b", r"\b(?:File|IO)\.(?:open|new|popen)\b[^\n]{0,200},\s{0,3}(?:mode:\s{0,3})?(?:[\"'][rb]{0,2}[wa+]|File::(?:WRONLY|RDWR|CREAT|APPEND)|[a-z_]\w{0,40}\s{0,3}\))", r"(?<![\w.])open\s{0,3}\([^()\n]{0,120},\s{0,3}[\"'][rb]{0,2}[wa+]", r"\bFileUtils\b", r"\bTempfile\b|\bTmpdir\b|[\"']tmpdir[\"']|\bmktmpdir\b", r"\.write_to\b|\.binwrite\b", r"\bIO\.binwrite\b|\bsyswrite\b",
    ],
}
_PHP = {
    "process": [
        r"(?<![\w>$:])\\?(?:shell_exec|exec|system|passthru|popen|proc_open|proc_\w+|pcntl_\w+|posix_kill|dl|mail|mb_send_mail)\s{0,3}\(", r"`[^`\n]{1,400}`", r"[\"']\\{0,2}(?:shell_exec|exec|system|passthru|popen|proc_open|pcntl_exec|assert|eval|create_function)[\"']", r"\bSymfony\\{1,2}Component\\{1,2}Process\b", r"\bnew\s+\\?Process\s{0,3}\(", r"\bFFI::", r"\bCOM\s{0,3}\(", r"\bputenv\s{0,3}\(",
    ],
    "network": [
        r"\bcurl_\w+\s{0,3}\(", r"\b(?:p?fsockopen|stream_socket_\w+|socket_\w+|stream_context_create|gethostby\w+|dns_get_record|ftp_\w+|ssh2_\w+|ldap_connect|imap_open|mysqli_connect)\s{0,3}\(", r"\bfile_get_contents\s{0,3}\(\s{0,3}(?:[\"']https?:|\$)", r"\b(?:fopen|readfile|file|copy|simplexml_load_file|getimagesize)\s{0,3}\(\s{0,3}[\"'](?:https?|ftp|php|phar|data|expect):", r"\bGuzzleHttp\b", r"\bnew\s+\\?SoapClient\b", r"\bHttpClient\b", r"\bnew\s+\\?PDO\s{0,3}\(",
    ],
    "environment": [r"\bgetenv\b", r"\bputenv\b", r"\$_ENV\b", r"\$_SERVER\b", r"\bapache_getenv\b", r"\bphpinfo\b", r"\bget_cfg_var\b|\bini_(?:set|get_all|alter)\b", r"\bDotenv\b", r"[\"']/proc/", r"(?<![\w>$:])env\s{0,3}\(", r"\bget_current_user\b|\bposix_getpw\w+"],
    "eval": [
        r"(?<![\w>$:])eval\s{0,3}\(", r"(?<![\w>$:])\\?assert\s{0,3}\(\s{0,3}[\"'$]", r"\bcreate_function\b", r"\b(?:include|require)(?:_once)?\b\s{0,3}\(?\s{0,3}+(?![\"'\s(]|__DIR__\s{0,3}\.\s{0,3}[\"'][^\"'\n$]{1,120}[\"']\s{0,3}\)?;)[\w$\\]", r"\b(?:include|require)(?:_once)?\b\s{0,3}\(?\s{0,3}[\"'][^\"'\n]{0,80}(?:\$|://)", r"\bcall_user_func(?:_array)?\s{0,3}\(", r"\bforward_static_call\w*\b", r"\bfunc_overload\b",
        r"\bpreg_replace(?:_callback)?\s{0,3}\(\s{0,3}[\"'][^\"'\n]{1,80}[/#~|][a-z]{0,6}e[a-z]{0,6}[\"']", r"\bmb_ereg_replace\b", r"\$\$\w+|\$\{\s{0,3}\$", r"\bnew\s+\$\w+", r"\bextract\s{0,3}\(|\bparse_str\s{0,3}\(", r"\bReflection(?:Function|Method|Class|Property)\b", r"\$_(?:GET|POST|REQUEST|COOKIE|FILES)\b[^\n]{0,40}\]\s{0,3}\(", r"\)\s{0,3}\(\s{0,3}[\"'$]", r"[\"'\]]\s{0,3}\(\s{0,3}[\"'$]", r"\b(?:base64_decode|str_rot13|gzinflate|gzuncompress|gzdecode|hex2bin|convert_uudecode)\s{0,3}\(", r"\bregister_(?:shutdown|tick)_function\b|\bset_(?:error|exception)_handler\b|\bspl_autoload_register\b", r"::fromCallable\b",
    ],
    "deserialisation": [r"\bunserialize\b", r"\bphar://", r"\b(?:yaml_parse|igbinary_unserialize|msgpack_unpack|wddx_deserialize|simplexml_load_\w+)\s{0,3}\(", r"\b__(?:wakeup|unserialize|destruct)\b", r"\bloadXML\b|\bLIBXML_NOENT\b", r"\ballowed_classes\b"],
    "file-writing": [
        r"\bfile_put_contents\b", r"\bfopen\s{0,3}\([^\n]{0,200}?,\s{0,3}(?:[\"'][rb]{0,2}[waxc+]|\$)", r"\b(?:fwrite|fputs|fputcsv|ftruncate|unlink|rename|copy|rmdir|mkdir|chmod|chown|touch|symlink|link|tempnam|tmpfile|move_uploaded_file)\s{0,3}\(", r"\bSpl(?:FileObject|TempFileObject)\b", r"\bZipArchive\b|\bPharData\b|\bnew\s+\\?Phar\b", r"->(?:saveXML|saveHTMLFile|dumpFile|extractTo)\(", r"\berror_log\s{0,3}\([^\n]{0,120},\s{0,3}3\b",
    ],
}
# fmt: on

POWERS: Mapping[RuntimeName, Mapping[str, list[str]]] = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "go": _GO,
    "ruby": _RUBY,
    "php": _PHP,
}

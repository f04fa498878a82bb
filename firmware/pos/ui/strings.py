# SPDX-License-Identifier: MIT
"""Words of the screens in Chinese and English, one line an id: `id|zh|en`.

One constant text, searched when needed: it stays in flash and costs no heap until a word is asked
for. An id that is missing is shown as itself, and a test fails.
"""

_WORDS = """
boot|启动中...|STARTING...
signon|签到中...|SIGNING ON...
signon.done|签到成功|SIGNED ON
signoff.done|已签退|SIGNED OFF
idle|请刷卡或输入金额|SWIPE OR KEY AMOUNT
idle.signedoff|请签到 (F4)|PLEASE SIGN ON (F4)
idle.settling|结算未完成 (F3)|SETTLEMENT NOT FINISHED (F3)
idle.batch|批次 %06d  %d笔|BATCH %06d  %d TXN
idle.pending|未决冲正 %d笔|UNRESOLVED REVERSALS %d
idle.due|待打印 %d张|SLIPS DUE %d
idle.notpts|演示机:非PCI PTS设备|DEMO: NOT A PCI PTS DEVICE
menu|功能菜单|MENU
menu.sale|消费|SALE
menu.loadkeys|灌密钥|LOAD KEYS
menu.void|消费撤销|VOID
menu.balance|余额查询|BALANCE
menu.refund|退货|REFUND
menu.preauth|预授权|PRE-AUTHORISATION
menu.preauthmore|追加预授权|ADDITIONAL PRE-AUTH
menu.preauthvoid|预授权撤销|PRE-AUTH VOID
menu.completion|预授权完成(请求)|COMPLETION
menu.advice|预授权完成(通知)|COMPLETION ADVICE
menu.completionvoid|预授权完成撤销|COMPLETION VOID
menu.offline|离线结算|OFFLINE SALE
menu.adjust|结算调整|ADJUST OFFLINE
menu.tip|小费调整|TIP
menu.transfer|转账|TRANSFER
menu.query|交易查询|QUERY
menu.settle|结算|SETTLEMENT
menu.signon|签到|SIGN ON
menu.signoff|签退|SIGN OFF
menu.reprint|重打印上笔|REPRINT LAST
menu.resettle|重打印结算单|REPRINT SETTLEMENT
menu.params|参数下载|DOWNLOAD PARAMETERS
menu.hotlist|黑名单下载|DOWNLOAD HOTLIST
menu.status|状态上送|SEND STATUS
menu.echo|回响测试|ECHO TEST
sale|消费|SALE
void|消费撤销|VOID
balance|余额查询|BALANCE
refund|退货|REFUND
preauth|预授权|PRE-AUTHORISATION
preauthmore|追加预授权|ADDITIONAL PRE-AUTH
preauthvoid|预授权撤销|PRE-AUTH VOID
completion|预授权完成|COMPLETION
advice|预授权完成通知|COMPLETION ADVICE
completionvoid|预授权完成撤销|COMPLETION VOID
transfer|转账|TRANSFER
transfer.from|请刷转出卡|SWIPE THE PAYING CARD
transfer.card|请刷转入卡|SWIPE THE RECEIVING CARD
transfer.to|转入 %s|TO %s
transfer.confirm|确认转账?|TRANSFER?
transfer.sure|请再次确认转入卡号|CHECK THE RECEIVING CARD. SURE?
transfer.same|转出转入为同一卡|BOTH CARDS ARE THE SAME
refund.original|原参考号或凭证号|REFERENCE OR VOUCHER
refund.date|原交易日期 月日|DATE OF THE SALE, MMDD
refund.number|参考号12位 凭证号6位|12 DIGITS, OR A VOUCHER
refund.notsale|该笔不可退货|CANNOT BE REFUNDED
refund.adjusted|已调整,请联系收单行|ADJUSTED: CALL ACQUIRER
refund.state|该笔已撤销或未成功|VOIDED OR NOT APPROVED
refund.more|超过可退金额|MORE THAN IS LEFT TO REFUND
preauth.code|原预授权码|PRE-AUTH CODE
preauth.date|预授权日期 月日|DATE OF PRE-AUTH, MMDD
completion.more|超过预授权可完成金额|MORE THAN THE PRE-AUTH ALLOWS
card.number|请输入卡号|CARD NUMBER
card.expiry|有效期 月年|EXPIRY, MMYY
code.hint|上下键选字母|UP DOWN: LETTERS
offline.code|电话授权码|CODE GIVEN BY TELEPHONE
offline.confirm|确认离线结算?|STORE OFFLINE SALE?
offline.stored|已存,联机后上送|STORED, SENT WHEN ON LINE
offline.full|离线笔数已满,请联机上送|TOO MANY STORED: GO ON LINE
adjust.voucher|原凭证号|ORIGINAL VOUCHER
adjust.confirm|确认调整金额?|CHANGE THE AMOUNT?
adjust.kind|该笔不可调整|CANNOT BE ADJUSTED
adjust.done|已调整或已退货|ADJUSTED OR REFUNDED BEFORE
query.voucher|查询凭证号|VOUCHER
query.show|交易查询|TRANSACTION
query.print|按确认重打印|ENTER = PRINT AGAIN
state.pending|结果待定|NOT ANSWERED YET
state.approved|成功|APPROVED
state.declined|被拒绝|DECLINED
state.reversed|已冲正|REVERSED
state.voided|已撤销|VOIDED
state.unsent|未送出|NOT SENT
balance.none|主机未返回余额|NO BALANCE GIVEN
outcome.part|部分批准|PARTLY APPROVED
outcome.issuer|请与发卡行确认|CONFIRM WITH ISSUER
sale.amount|请输入金额|AMOUNT
card.swipe|请刷卡|SWIPE CARD
card.again|读卡失败,请重刷|READ FAILED, SWIPE AGAIN
card.flip|请翻转卡片,磁条向内|TURN THE CARD OVER
card.slow|刷卡太慢,请快一点|TOO SLOW, SWIPE FASTER
card.fast|刷卡太快,请慢一点|TOO FAST, SWIPE SLOWER
card.steady|速度不匀,请匀速重刷|SWIPE AT A STEADY SPEED
card.whole|请从头到尾刷完整张卡|SWIPE THE WHOLE CARD
card.low|请将卡压到底再刷|PRESS CARD DOWN, SWIPE AGAIN
card.another|此卡不能使用,请换卡|USE ANOTHER CARD
card.bad|刷卡无效,请重试|SWIPE NOT ACCEPTED, TRY AGAIN
pin.enter|请输入密码|ENTER PIN
pin.skip|无密码请按确认|ENTER = NO PIN
pin.pad|请在密码键盘上输入|USE THE PIN PAD
pin.bad|密码键盘出错|PIN PAD FAILED
pin.short|密码至少4位|PIN: 4 TO 12 DIGITS
host.wait|正在联机,请稍候|ON LINE, PLEASE WAIT
outcome.approved|交易成功|APPROVED
outcome.declined|交易拒绝|DECLINED
outcome.unknown|结果未知,正在冲正|NO ANSWER, REVERSING
unknown.noswipe|请勿重复刷卡|DO NOT SWIPE AGAIN
unknown.reversed|已冲正,交易未成立|REVERSED: NO CHARGE
unknown.later|冲正未成功,稍后再送|REVERSAL TO BE RESENT
unknown.later.again|未送达,稍后自动再送|TO BE SENT AGAIN
unknown.unresolved.again|上送不成功,请人工处理|NOT DELIVERED, CALL ACQUIRER
unknown.unresolved|冲正不成功,请人工处理|REVERSAL FAILED, CALL ACQUIRER
void.voucher|原凭证号|ORIGINAL VOUCHER
role.password|请输入主管密码|SUPERVISOR PASSWORD
role.wrong|密码错|WRONG PASSWORD
settle.confirm|结算?|SETTLE?
settle.sure|结算后不能撤销,确认?|VOID IS IMPOSSIBLE AFTER THIS. SURE?
settle.busy|正在结算|SETTLING
settle.upload|批上送 %d笔|UPLOADING, %d SENT
settle.uploaded|已上送明细 %d笔|UPLOADED %d DETAILS
settle.denied|上送被拒 %d笔|UPLOAD REFUSED %d
settle.noend|批上送结束被拒|END OF UPLOAD REFUSED
settle.check|请持签购单与收单行核对|CHECK SLIPS WITH ACQUIRER
settle.detail|是否打印明细?|PRINT TRANSACTION LIST?
settle.done|结算完成|SETTLED
settle.debit|借记 %d笔 %s|DEBIT %d  %s
settle.credit|贷记 %d笔 %s|CREDIT %d  %s
settle.flag1|对账平|BALANCED
settle.flag2|对账不平|NOT BALANCED
settle.flag3|对账出错|COMPARE ERROR
settle.domestic|内卡|DOMESTIC
settle.foreign|外卡|FOREIGN
settle.newbatch|新批次 %06d|NEW BATCH %06d
keys.load|灌密钥|LOADING KEYS
keys.wait|等待密钥设备 取消退出|WAITING FOR KEY LOADER
keys.bench|测试工具,非PCI灌密设备|BENCH TOOL, NO PCI KEY INJECTION
keys.part|分量%d 校验值 %s|COMPONENT %d CHECK %s
keys.done|密钥已更新|KEYS STORED
keys.noport|无密钥接口|NO KEY PORT
print.tear|请撕单,按确认打印下联|TEAR OFF, ENTER FOR NEXT COPY
print.paper|打印机未就绪|PRINTER NOT READY
blocked.paper|打印机缺纸|OUT OF PAPER
blocked.cover|打印机盖未关|COVER OPEN
blocked.offline|打印机无应答|NO ANSWER
print.hint|确认重试 取消稍后补打|ENTER=RETRY CANCEL=LATER
store.full|请先结算|PLEASE SETTLE FIRST
error|出错|ERROR
unresolved.full|未决冲正过多,请联系收单行|TOO MANY UNRESOLVED: CALL ACQUIRER
not.signed|请签到|PLEASE SIGN ON
no.tmk|无主密钥,请灌密钥|NO MASTER KEY: INJECT KEYS
settling|结算未完成,请先结算|FINISH THE SETTLEMENT FIRST
link.down|通讯失败,请检查网络|NO CONNECTION: CHECK NETWORK
tls.ca|主机证书不可信|HOST CERTIFICATE NOT TRUSTED
tls.name|主机证书名称不符|HOST CERTIFICATE: WRONG NAME
tls.expired|主机证书已过期|HOST CERTIFICATE EXPIRED
tls.early|主机证书未生效,请查时钟|CERTIFICATE NOT YET VALID: CLOCK?
tls.failed|加密连接失败|SECURE CONNECTION FAILED
cancelled|已取消,未发送|CANCELLED: NOTHING WAS SENT
wait.sent|已发送,请稍候|SENT, PLEASE WAIT
wait.seconds|%d秒|%d S
no.answer|主机无应答|HOST DOES NOT ANSWER
host.refused|主机拒绝|HOST REFUSED
key.bad|密钥校验错|KEY CHECK VALUE WRONG
amount.bad|金额超限|AMOUNT OUT OF RANGE
void.none|无此凭证号|NO SUCH VOUCHER
void.notsale|该笔不可撤销|CANNOT BE VOIDED
void.done|该笔已撤销|ALREADY VOIDED
void.state|该笔未成功|WAS NOT APPROVED
void.settled|已结算,请用退货|SETTLED: USE REFUND
void.refunded|已退货,不可撤销|REFUNDED, CANNOT BE VOIDED
void.adjusted|已调整,请用退货|ADJUSTED: USE REFUND
void.day|非当日交易,请用退货|NOT OF TODAY: USE REFUND
void.card|请用原卡|NOT THE SAME CARD
settle.first|请先结算再签退|SETTLE BEFORE SIGNING OFF
reversal.first|冲正未完成,请重试|REVERSAL PENDING: TRY AGAIN
nothing|无可打印|NOTHING TO PRINT
timeout|操作超时|TIMED OUT
retry|请重试|TRY AGAIN
download.busy|正在下载|DOWNLOADING
download.params|参数|PARAMETERS
download.hotlist|黑名单|HOTLIST
download.part|第%d部分|PART %d
download.done|完成|DONE
download.new|参数已更新|NEW PARAMETERS IN USE
download.none|无新参数|NO NEW PARAMETERS
download.bad|下载内容有误,沿用旧值,请联系收单行|BAD DOWNLOAD, OLD VALUES KEPT: CALL ACQUIRER
hotlist.full|黑名单过长,沿用旧表,请联系收单行|HOTLIST TOO LONG, OLD ONE KEPT: CALL ACQUIRER
params.bad|参数损坏,请重新下载|PARAMETERS DAMAGED: DOWNLOAD THEM
hotlist.count|黑名单 %d条 %s|HOTLIST %d  %s
hotlist.old|黑名单已有%d天,请下载|HOTLIST %d DAYS OLD: DOWNLOAD IT
status.sent|状态已上送|STATUS SENT
echo.time|主机应答 %d毫秒|HOST ANSWERED IN %d MS
requirement.other|主机要求%s,本机不支持|HOST ASKS FOR %s: NOT DONE HERE
card.listed|黑名单卡,拒绝并请没收|LISTED CARD: REFUSED, RETAIN IT
card.haschip|此卡有芯片,请用芯片终端|CARD HAS A CHIP: USE A CHIP TERMINAL
card.expired|卡已过期,请换卡|CARD EXPIRED: USE ANOTHER CARD
limit.below|低于最低金额,请改金额|BELOW THE MINIMUM: ANOTHER AMOUNT
limit.above|超过限额,请改金额|OVER THE LIMIT: ANOTHER AMOUNT
function.off|本机未开通此交易,请联系收单行|NOT ENABLED HERE: CALL ACQUIRER
manual.refused|本机不许手输卡号|TYPED CARDS NOT ALLOWED HERE
tip.refused|本机不收小费|NO TIPS ON THIS TERMINAL
tip.toomuch|小费过多,请改金额|TIP TOO HIGH: ANOTHER AMOUNT
pin.needed|此卡必须输密码|THIS CARD NEEDS ITS PIN
voucher|凭证号 %06d|VOUCHER %06d
amount|金额 %s %s|AMOUNT %s %s
card|卡号 %s|CARD %s
response|应答码 %s|RESPONSE %s
auth|授权码 %s|AUTH %s
rrn|参考号 %s|REF %s
keys.amount|确认/更正/取消|ENTER CLEAR CANCEL
tampered|机器被拆动,停止使用|TAMPERED: OUT OF SERVICE
r00|交易成功|APPROVED
r01|请联系发卡行|REFER TO ISSUER
r03|商户无效|INVALID MERCHANT
r04|请没收卡|PICK UP CARD
r05|持卡人认证失败|NOT HONOURED
r12|无效交易|INVALID TRANSACTION
r13|无效金额|INVALID AMOUNT
r14|无效卡号|INVALID CARD
r15|无此发卡行|NO SUCH ISSUER
r21|卡未激活|CARD NOT ACTIVE
r22|操作有误|OPERATION ERROR
r25|无此原交易|NO ORIGINAL
r30|请重试|RETRY
r34|作弊卡,请没收|COUNTERFEIT: RETAIN
r38|密码次数超限|PIN TRIES EXCEEDED
r40|不支持的交易|NOT SUPPORTED
r41|挂失卡,请没收|LOST CARD: RETAIN
r43|被窃卡,请没收|STOLEN CARD: RETAIN
r45|请插卡(芯片卡)|USE THE CHIP
r51|余额不足|INSUFFICIENT FUNDS
r54|卡已过期|EXPIRED CARD
r55|密码错|WRONG PIN
r57|此卡不能受理|NOT PERMITTED TO CARD
r58|终端不许此交易|NOT PERMITTED TO TERMINAL
r61|金额超限|OVER AMOUNT LIMIT
r62|受限制的卡|RESTRICTED CARD
r64|金额与原交易不符|AMOUNT MISMATCH
r65|次数超限|OVER COUNT LIMIT
r68|交易超时|TIME-OUT
r75|密码次数超限|PIN TRIES EXCEEDED
r77|请重新签到|SIGN ON AGAIN
r90|正在日切,稍后再试|CUT-OVER: TRY LATER
r91|发卡行故障|ISSUER DOWN
r92|线路故障|LINE FAULT
r94|重复交易|DUPLICATE
r96|系统故障|SWITCH FAULT
r97|终端未登记|TERMINAL NOT REGISTERED
r98|发卡行超时|ISSUER TIME-OUT
r99|密码格式错|PIN FORMAT ERROR
rA0|MAC校验错,请签到|MAC ERROR: SIGN ON
"""

_LANGUAGES = ("zh", "en")


def text(lang: str, word: str) -> str:
    """Return the word in the language; the id itself when it is not in the table."""
    start = _WORDS.find("\n%s|" % word)
    if start < 0:
        return word
    line = _WORDS[start + 1 : _WORDS.find("\n", start + 1)]
    return line.split("|")[1 + _LANGUAGES.index(lang)]


def response_text(lang: str, code: str) -> str:
    """Return what an F39 code means (unionpay.md section 6), or the code when not in the table."""
    found = text(lang, "r" + code)
    return code if found == "r" + code else found
